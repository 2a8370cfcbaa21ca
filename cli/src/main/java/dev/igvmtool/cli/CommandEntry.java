package dev.igvmtool.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;

/**
 * A command by name. Its class is loaded when it is run.
 *
 * @param name as the user writes it
 * @param summary for the list of commands
 * @param factory makes the command for one run
 */
record CommandEntry(String name, String summary, Function<Console, Callable<Integer>> factory) {
    /** Every command, in the order of the help text. */
    static final List<CommandEntry> ALL = List.of(
            new CommandEntry("boot", "run an image in the emulated machine", BootCommand::new),
            new CommandEntry("build", "build an image from a manifest", BuildCommand::new),
            new CommandEntry("debug", "step an image forwards and backwards", DebugCommand::new),
            new CommandEntry("dt", "compile, show, compare, check and change device trees", DtCommand::new),
            new CommandEntry("explain", "say why a digest is another one than expected", ExplainCommand::new),
            new CommandEntry("inspect", "show the headers of an IGVM file", InspectCommand::new),
            new CommandEntry("measure", "compute launch digests", MeasureCommand::new),
            new CommandEntry("sign", "attach signatures to an image", SignCommand::new),
            new CommandEntry("stage-images", "write the stage programs as ELF files", StageImagesCommand::new),
            new CommandEntry("trace", "show, compare and check runs", TraceCommand::new),
            new CommandEntry("verify", "verify an image, or evidence of a running machine", VerifyCommand::new));

    CommandLine commandLine(Console console) {
        Callable<Integer> command = factory.apply(console);
        CommandLine line = new CommandLine(command).setCommandName("igvmtool " + name);
        if (command instanceof CommandGroup group) {
            group.commands().forEach(line::addSubcommand);
        }
        return line;
    }

    static Optional<CommandEntry> find(String name) {
        return ALL.stream().filter(entry -> entry.name.equals(name)).findFirst();
    }
}
