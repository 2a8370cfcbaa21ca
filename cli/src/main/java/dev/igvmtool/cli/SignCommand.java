package dev.igvmtool.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sign}: signatures in images. */
@Command(
        name = "sign",
        description = "Attaches signatures to an image; each is verified before it is written.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: igvmtool sign id-block openhcl.bin -o signed.bin --key id-key.pem"})
final class SignCommand implements Callable<Integer>, CommandGroup {
    private final Console console;

    @Mixin
    CommonOptions common;

    SignCommand(Console console) {
        this.console = console;
    }

    @Override
    public List<Object> commands() {
        return List.of(new SignIdBlockCommand(console), new SignCorimCommand(console));
    }

    @Override
    public Integer call() {
        throw new CommandException("sign: found no command, expected id-block or corim; see igvmtool sign --help");
    }
}
