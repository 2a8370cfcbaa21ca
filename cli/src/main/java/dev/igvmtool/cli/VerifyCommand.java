package dev.igvmtool.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code verify}: what an image or a platform claims. */
@Command(
        name = "verify",
        description =
                "Verifies what an image says of itself, or evidence of a running machine against an image and a policy.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: igvmtool verify report report.bin --image openhcl.bin --endorsements certificates"})
final class VerifyCommand implements Callable<Integer>, CommandGroup {
    private final Console console;

    @Mixin
    CommonOptions common;

    VerifyCommand(Console console) {
        this.console = console;
    }

    @Override
    public List<Object> commands() {
        return List.of(new VerifyImageCommand(console), new VerifyReportCommand(console));
    }

    @Override
    public Integer call() {
        throw new CommandException("verify: found no command, expected image or report; see igvmtool verify --help");
    }
}
