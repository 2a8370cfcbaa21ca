package dev.igvmtool.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.check.TreeChecker;
import dev.igvmtool.devicetree.check.TreeFinding;
import dev.igvmtool.devicetree.check.TreeKind;
import dev.igvmtool.devicetree.lint.Check;
import dev.igvmtool.devicetree.lint.Checks;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dt check}: findings about a device tree. */
@Command(
        name = "check",
        description =
                "Checks a device tree against the specification, the checks of dtc 1.6.1, and what its reader requires:"
                        + " the boot shim (host), or kernel and paravisor (kernel). Exit status 1 if there are errors.",
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

    @Option(names = "--list", description = "List the checks of dtc with their levels, and check nothing.")
    boolean list;

    @Option(names = "--json", description = "One JSON object with a list of findings.")
    boolean json;

    @Mixin
    DtLevels levels;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            defaultValue = "-",
            description = "Blob, folder or source text named .dts; - for standard input (the default).")
    String file;

    DtCheckCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (list) {
            list();
            return ExitStatus.DONE;
        }
        TreeChecker.Report report;
        try {
            report = TreeChecker.check(
                    new DtFile(file).blob(console),
                    Optional.ofNullable(kind).map(DtCheckCommand::kind),
                    levels.levels());
        } catch (FormatException e) {
            throw new CommandException(file + ": " + e.getMessage(), e);
        }
        if (json) {
            JsonOutput.print(console, "igvmtool.dt-check/1", out -> write(report, out));
        } else {
            report.findings().forEach(finding -> console.out().println(Printable.escape(finding.line())));
        }
        return report.hasErrors() ? ExitStatus.FINDING : ExitStatus.DONE;
    }

    private void list() throws IOException {
        if (json) {
            JsonOutput.print(console, "igvmtool.dt-checks/1", out -> {
                out.writeArrayFieldStart("checks");
                for (Check check : Checks.all()) {
                    out.writeStartObject();
                    out.writeStringField("name", check.name());
                    out.writeStringField("level", level(check));
                    out.writeStringField("about", check.about());
                    out.writeEndObject();
                }
                out.writeEndArray();
            });
            return;
        }
        Checks.all().forEach(check -> console.out().printf("%-8s%-40s%s%n", level(check), check.name(), check.about()));
    }

    private static String level(Check check) {
        return check.level().name().toLowerCase(Locale.ROOT);
    }

    private static TreeKind kind(String name) {
        for (TreeKind kind : TreeKind.values()) {
            if (kind.name().toLowerCase(Locale.ROOT).equals(name)) {
                return kind;
            }
        }
        throw new CommandException("--kind: found " + name + ", expected host, kernel or other");
    }

    private static void write(TreeChecker.Report report, JsonGenerator out) throws IOException {
        out.writeStringField("kind", report.kind().name().toLowerCase(Locale.ROOT));
        out.writeArrayFieldStart("findings");
        for (TreeFinding finding : report.findings()) {
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
