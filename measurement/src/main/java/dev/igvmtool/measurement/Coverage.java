package dev.igvmtool.measurement;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.SupportedPlatform;
import java.util.ArrayList;
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

    /**
     * Looks at every page of a file.
     *
     * @param steps every step of the measurement of that platform
     */
    public static Coverage of(IgvmFile file, SupportedPlatform platform, LaunchRules rules, List<Step> steps) {
        Map<Long, Kind> pages = new TreeMap<>(Long::compareUnsigned);
        Map<Long, PageData> measured = new TreeMap<>(Long::compareUnsigned);
        Map<Long, PageData> shared = new TreeMap<>(Long::compareUnsigned);
        for (Step step : steps) {
            step.gpa()
                    .ifPresent(gpa -> pages.merge(
                            gpa,
                            step.withContent() ? Kind.CONTENT : Kind.ADDRESS,
                            (a, b) -> a == Kind.CONTENT ? a : b));
        }
        for (Directive directive : file.directives()) {
            if (directive instanceof PageData page
                    && rules.directives().select(page.compatibilityMask(), platform.compatibilityMask())) {
                if (pages.get(page.gpa()) == Kind.CONTENT) {
                    measured.put(page.gpa(), page);
                } else if (!pages.containsKey(page.gpa())) {
                    shared.put(page.gpa(), page);
                }
            }
        }
        SharedPageHashes hashes = SharedPageHashes.find(measured);
        List<PageData> sharedPages = List.copyOf(shared.values());
        SharedPageHashes.Answer answer = hashes.compare(sharedPages);
        for (int i = 0; i < sharedPages.size(); i++) {
            pages.put(sharedPages.get(i).gpa(), answer.inTable().get(i) ? Kind.PAGE_HASH : Kind.NOTHING);
        }
        return new Coverage(runs(pages), answer.all());
    }

    /** Number of pages of that kind. */
    public long pages(Kind kind) {
        return runs.stream()
                .filter(run -> run.kind() == kind)
                .mapToLong(run -> run.range().size() / PageData.PAGE_SIZE)
                .sum();
    }

    private static List<Run> runs(Map<Long, Kind> pages) {
        List<Run> runs = new ArrayList<>();
        pages.forEach((gpa, kind) -> {
            Run last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
            GpaRange page = GpaRange.ofSize(gpa, PageData.PAGE_SIZE);
            if (last != null && last.kind() == kind && last.range().end() == gpa) {
                runs.set(runs.size() - 1, new Run(new GpaRange(last.range().start(), page.end()), kind));
            } else {
                runs.add(new Run(page, kind));
            }
        });
        return runs;
    }
}
