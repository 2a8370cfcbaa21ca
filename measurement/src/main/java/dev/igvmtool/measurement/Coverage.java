package dev.igvmtool.measurement;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.SupportedPlatform;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What vouches for the pages of a file on one platform: the launch digest, or the hashes that an OpenHCL image carries
 * of its own shared pages, or nothing.
 *
 * @param runs all pages, ascending, neighbours that are alike together
 * @param sharedPages what the hash over all shared pages in the image is worth
 */
public record Coverage(List<Run> runs, SharedPagesHash sharedPages) {
    /** What vouches for a page. */
    public enum Kind {
        /** Its content is in the launch digest. */
        CONTENT("content measured"),
        /** Its address is in the launch digest, its content is not. */
        ADDRESS("address measured"),
        /** Its hash stands in the image's table of page hashes, which is in the launch digest. */
        PAGE_HASH("page-hash table"),
        /** Nothing. */
        NOTHING("covered by nothing");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** In words. */
        public String text() {
            return text;
        }
    }

    /** What the hash over all shared pages, in the image's measured list of regions, says. */
    public enum SharedPagesHash {
        /** There is none. */
        NONE,
        /** It is the hash of the shared pages. */
        MATCHES,
        /** It is another. */
        DIFFERS
    }

    /**
     * Pages that are alike.
     *
     * @param range whole pages
     */
    public record Run(GpaRange range, Kind kind) {}

    public Coverage {
        runs = List.copyOf(runs);
    }

    /** Takes the steps of a measurement, one after the other, and keeps only where they were. */
    public static final class Collector {
        private final List<Run> measured = new ArrayList<>();

        /** What a {@link Trace} calls. */
        public void add(Step step) {
            step.gpa().ifPresent(gpa -> append(measured, gpa, step.withContent() ? Kind.CONTENT : Kind.ADDRESS));
        }

        /**
         * Looks at every page of a file.
         *
         * @param file whose steps were given
         * @param platform that they were measured for
         * @param rules by which
         */
        public Coverage of(IgvmFile file, SupportedPlatform platform, LaunchRules rules) {
            List<Run> runs = new ArrayList<>(measured);
            runs.sort(Comparator.comparing(run -> run.range().start(), Long::compareUnsigned));
            TreeMap<Long, Run> byStart = new TreeMap<>(Long::compareUnsigned);
            runs.forEach(run -> byStart.merge(
                    run.range().start(), run, (first, second) -> first.kind() == Kind.CONTENT ? first : second));
            Map<Long, PageData> content = new TreeMap<>(Long::compareUnsigned);
            Map<Long, PageData> shared = new TreeMap<>(Long::compareUnsigned);
            for (Directive directive : file.directives()) {
                if (directive instanceof PageData page
                        && rules.directives().select(page.compatibilityMask(), platform.compatibilityMask())) {
                    Map.Entry<Long, Run> before = byStart.floorEntry(page.gpa());
                    if (before == null || !before.getValue().range().contains(page.gpa())) {
                        shared.put(page.gpa(), page);
                    } else if (before.getValue().kind() == Kind.CONTENT) {
                        content.put(page.gpa(), page);
                    }
                }
            }
            List<PageData> sharedPages = List.copyOf(shared.values());
            SharedPageHashes.Answer answer = SharedPageHashes.find(content).compare(sharedPages);
            List<Run> all = new ArrayList<>(byStart.values());
            for (int i = 0; i < sharedPages.size(); i++) {
                append(all, sharedPages.get(i).gpa(), answer.inTable().get(i) ? Kind.PAGE_HASH : Kind.NOTHING);
            }
            all.sort(Comparator.comparing(run -> run.range().start(), Long::compareUnsigned));
            return new Coverage(joined(all), answer.all());
        }
    }

    /** Adds a page, to the last run if it continues that. */
    private static void append(List<Run> runs, long gpa, Kind kind) {
        GpaRange page = GpaRange.ofSize(gpa, PageData.PAGE_SIZE);
        Run last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
        if (last != null && last.kind() == kind && last.range().end() == gpa) {
            runs.set(runs.size() - 1, new Run(new GpaRange(last.range().start(), page.end()), kind));
        } else {
            runs.add(new Run(page, kind));
        }
    }

    private static List<Run> joined(List<Run> sorted) {
        List<Run> runs = new ArrayList<>();
        for (Run run : sorted) {
            Run last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
            if (last != null
                    && last.kind() == run.kind()
                    && last.range().end() == run.range().start()) {
                runs.set(
                        runs.size() - 1,
                        new Run(new GpaRange(last.range().start(), run.range().end()), run.kind()));
            } else {
                runs.add(run);
            }
        }
        return runs;
    }

    /** Number of pages of that kind. */
    public long pages(Kind kind) {
        return runs.stream()
                .filter(run -> run.kind() == kind)
                .mapToLong(run -> run.range().size() / PageData.PAGE_SIZE)
                .sum();
    }
}
