package dev.igvmtool.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.compare.TreeDifference;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dt diff}: what differs between two device trees. */
@Command(
        name = "diff",
        description =
                "Shows what differs between two device trees, whatever their order and layout: - only in A, + only in"
                        + " B, ! changed. Exit status 1 if they differ.",
        footer = {"", "Example: igvmtool dt diff before.dtb after.dtb"})
final class DtDiffCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Option(names = "--json", description = "One JSON object with a list of differences.")
    boolean json;

    @Parameters(index = "0", paramLabel = "A", description = "Blob, or source text named .dts; - for standard input.")
    String first;

    @Parameters(index = "1", paramLabel = "B", description = "The same for the other tree.")
    String second;

    DtDiffCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Fdt before = new DtFile(first).read(console);
        Fdt after = new DtFile(second).read(console);
        List<TreeDifference> differences;
        try {
            differences = TreeDifference.between(before, after);
        } catch (FormatException e) {
            throw new CommandException(first + " and " + second + ": " + e.getMessage(), e);
        }
        if (json) {
            JsonOutput.print(console, "igvmtool.dt-diff/1", out -> write(differences, out));
        } else {
            differences.forEach(difference -> console.out().println(Printable.escape(difference.line())));
        }
        return differences.isEmpty() ? ExitStatus.DONE : ExitStatus.FINDING;
    }

    private static void write(List<TreeDifference> differences, JsonGenerator out) throws IOException {
        out.writeBooleanField("equal", differences.isEmpty());
        out.writeArrayFieldStart("differences");
        for (TreeDifference difference : differences) {
            out.writeStartObject();
            out.writeStringField(
                    "kind", difference.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
            out.writeStringField("path", difference.path());
            if (difference.property().isPresent()) {
                out.writeStringField("property", difference.property().orElseThrow());
            }
            if (difference.before().isPresent()) {
                out.writeStringField("before", difference.before().orElseThrow());
            }
            if (difference.after().isPresent()) {
                out.writeStringField("after", difference.after().orElseThrow());
            }
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
