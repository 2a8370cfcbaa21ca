package dev.igvmtool.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code trace}: runs as files. */
@Command(
        name = "trace",
        description = "Shows runs in other tools, compares them, and checks that they can be had again.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: igvmtool trace export samples/openhcl-x64 --vps 4 -o boot.html"})
final class TraceCommand implements Callable<Integer>, CommandGroup {
    private final Console console;

    @Mixin
    CommonOptions common;

    TraceCommand(Console console) {
        this.console = console;
    }

    @Override
    public List<Object> commands() {
        return List.of(new TraceExportCommand(console), new TraceVerifyCommand(console), new TraceDiffCommand(console));
    }

    @Override
    public Integer call() {
        throw new CommandException(
                "trace: found no command, expected export, verify or diff; see igvmtool trace --help");
    }
}
