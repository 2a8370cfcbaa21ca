package dev.igvmtool.format.show;

import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.PageData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A file as lines of text: its headers in file order, one line each, runs of pages in one line.
 *
 * @param lines without line ends, printable
 */
public record Listing(List<String> lines) {
    public Listing {
        lines = List.copyOf(lines);
    }

    /** The listing of {@code file}. */
    public static Listing of(IgvmFile file) {
        List<String> lines = new ArrayList<>();
        lines.add("IGVM format version " + file.revision().formatVersion() + ", architecture "
                + file.revision().architecture());
        HeaderFields fields = new HeaderFields(file);
        lines.add("platforms:");
        file.platforms().forEach(header -> lines.add(line(HeaderView.nameOf(header), header.accept(fields))));
        lines.add("initialization:");
        file.initializations().forEach(header -> lines.add(line(HeaderView.nameOf(header), header.accept(fields))));
        lines.add("directives:");
        directives(file, fields, lines);
        return new Listing(lines);
    }

    private static void directives(IgvmFile file, HeaderFields fields, List<String> lines) {
        Optional<PageRun> run = Optional.empty();
        for (Directive header : file.directives()) {
            if (header instanceof PageData page) {
                if (run.isPresent() && run.get().continuesWith(page)) {
                    run = Optional.of(run.get().with(page));
                    continue;
                }
                run.ifPresent(done -> lines.add("  " + done.line()));
                run = Optional.of(PageRun.of(page));
            } else {
                run.ifPresent(done -> lines.add("  " + done.line()));
                run = Optional.empty();
                lines.add(line(HeaderView.nameOf(header), header.accept(fields)));
            }
        }
        run.ifPresent(done -> lines.add("  " + done.line()));
    }

    private static String line(String name, Map<String, String> fields) {
        return "  " + new HeaderView(0, "", 0, name, fields).line();
    }
}
