package dev.igvmtool.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.check.TreeChecker;
import dev.igvmtool.devicetree.check.TreeFinding;
import dev.igvmtool.devicetree.check.TreeFinding.Severity;
import dev.igvmtool.devicetree.check.TreeKind;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dt check}: findings about a device tree. */
@Command(
        name = "check",
        description =
                "Checks a device tree against the rules for all trees and against what its reader requires: the boot"
                        + " shim (host), or kernel and paravisor (kernel). Exit status 1 if there are errors.",
        footer = {"", "Example: igvmtool dt check --kind host host-tree.dtb"})
final class DtCheckCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Option(
            names = "--kind",
            paramLabel = "host|kernel|other",
            description = "Whose tree it is; found out by its content if not given.")
    String kind;

    @Option(names = "--json", description = "One JSON object with a list of findings.")
    boolean json;

    @Parameters(paramLabel = "FILE", description = "Blob, or source text named .dts; - for standard input.")
    String file;

    DtCheckCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Fdt tree = new DtFile(file).read(console);
        TreeKind treeKind = kind == null ? TreeKind.of(tree) : kind(kind);
        List<TreeFinding> findings;
        try {
            findings = TreeChecker.check(tree, treeKind);
        } catch (FormatException e) {
            throw new CommandException(file + ": " + e.getMessage(), e);
        }
        if (json) {
            JsonOutput.print(console, "igvmtool.dt-check/1", out -> write(treeKind, findings, out));
        } else {
            findings.forEach(finding -> console.out().println(Printable.escape(finding.line())));
        }
        boolean errors = findings.stream().anyMatch(finding -> finding.severity() == Severity.ERROR);
        return errors ? ExitStatus.FINDING : ExitStatus.DONE;
    }

    private static TreeKind kind(String name) {
        for (TreeKind kind : TreeKind.values()) {
            if (kind.name().toLowerCase(Locale.ROOT).equals(name)) {
                return kind;
            }
        }
        throw new CommandException("--kind: found " + name + ", expected host, kernel or other");
    }

    private static void write(TreeKind kind, List<TreeFinding> findings, JsonGenerator out) throws IOException {
        out.writeStringField("kind", kind.name().toLowerCase(Locale.ROOT));
        out.writeArrayFieldStart("findings");
        for (TreeFinding finding : findings) {
            out.writeStartObject();
            out.writeStringField("severity", finding.severity().name().toLowerCase(Locale.ROOT));
            out.writeStringField("rule", finding.rule());
            out.writeStringField("path", finding.path());
            out.writeStringField("message", finding.message());
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
