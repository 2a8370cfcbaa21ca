package dev.igvmtool.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dt}: device trees. */
@Command(
        name = "dt",
        description = "Compiles, shows, compares, checks and changes device trees.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: igvmtool dt decompile host-tree.dtb"})
final class DtCommand implements Callable<Integer>, CommandGroup {
    private final Console console;

    @Mixin
    CommonOptions common;

    DtCommand(Console console) {
        this.console = console;
    }

    @Override
    public List<Object> commands() {
        return List.of(
                new DtCompileCommand(console),
                new DtDecompileCommand(console),
                new DtDiffCommand(console),
                new DtCheckCommand(console),
                new DtApplyCommand(console));
    }

    @Override
    public Integer call() {
        throw new CommandException(
                "dt: found no command, expected compile, decompile, diff, check or apply; see igvmtool dt --help");
    }
}
