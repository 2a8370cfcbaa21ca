package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.IgvmToolException;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * The command line: finds the command by its name, runs it, and turns its outcome into an exit status. Only the command
 * that was named is loaded.
 */
public final class Main {
    /** As the parent POM says. */
    static final String VERSION = "igvmtool 0.1.0-SNAPSHOT";

    private static final int STREAM_BUFFER_BYTES = 1 << 16;

    private final Console console;

    private Main(Console console) {
        this.console = console;
    }

    /** Runs the command that {@code args} name and ends the process with its exit status. */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), STREAM_BUFFER_BYTES),
                false,
                StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        System.exit(
                run(Console.of(System.in, out, err, Boolean.getBoolean("igvmtool.terminal"), System.getenv()), args));
    }

    /** Runs a command against the given streams. */
    static int run(Console console, String... args) {
        int status = new Main(console).run(List.of(args));
        console.out().flush();
        if (console.out().checkError() && status == ExitStatus.DONE) {
            console.error("standard output: cannot be written");
            return ExitStatus.UNUSABLE;
        }
        return status;
    }

    private int run(List<String> args) {
        String first = args.isEmpty() ? "--help" : args.get(0);
        switch (first) {
            case "--help", "-h", "help" -> {
                console.out().print(usage());
                return args.isEmpty() ? ExitStatus.UNUSABLE : ExitStatus.DONE;
            }
            case "--version", "-V" -> {
                console.out().println(VERSION);
                return ExitStatus.DONE;
            }
            case "completion" -> {
                console.out().print(completion());
                return ExitStatus.DONE;
            }
            default -> {
                Optional<CommandEntry> entry = CommandEntry.find(first);
                if (entry.isEmpty()) {
                    console.error("no command " + first + "; see igvmtool --help");
                    return ExitStatus.UNUSABLE;
                }
                return execute(entry.get(), args.subList(1, args.size()));
            }
        }
    }

    private int execute(CommandEntry entry, List<String> args) {
        boolean debug = args.contains("--debug");
        CommandLine commandLine = entry.commandLine(console);
        commandLine.setOut(console.outWriter());
        commandLine.setErr(console.errWriter());
        commandLine.setParameterExceptionHandler((e, unused) -> wrongUse(e));
        commandLine.setExecutionExceptionHandler((e, unused, parsed) -> failure(e, debug));
        try {
            return commandLine.execute(args.toArray(String[]::new));
        } catch (StackOverflowError | OutOfMemoryError e) {
            return failure(e, debug);
        }
    }

    private int wrongUse(ParameterException e) {
        String message = String.valueOf(e.getMessage());
        console.error(message + "; see " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        return ExitStatus.UNUSABLE;
    }

    private int failure(Throwable e, boolean debug) {
        int status;
        if (e instanceof IgvmToolException) {
            console.error(String.valueOf(e.getMessage()));
            status = ExitStatus.UNUSABLE;
        } else if (e instanceof IOException io) {
            console.error(InputFile.describe(io));
            status = ExitStatus.UNUSABLE;
        } else {
            console.error("this is a bug in igvmtool, please report it: " + e
                    + (debug ? "" : " (--debug prints where it happened)"));
            status = ExitStatus.BUG;
        }
        if (debug) {
            e.printStackTrace(console.err());
        }
        return status;
    }

    private static String usage() {
        StringBuilder text = new StringBuilder();
        text.append("Usage: igvmtool COMMAND [OPTIONS] [FILES]\n");
        text.append("Builds, inspects and boots IGVM images.\n\nCommands:\n");
        for (CommandEntry entry : CommandEntry.ALL) {
            text.append(String.format("  %-14s%s%n", entry.name(), entry.summary()));
        }
        text.append(String.format("  %-14s%s%n", "completion", "print a completion script for bash and zsh"));
        text.append("\nOptions:\n");
        text.append("  -h, --help      show this text; after a command, that of the command\n");
        text.append("  -V, --version   print the version\n");
        text.append("\nExit status: 0 done, 1 a finding or a mismatch, 2 wrong use or unreadable input, 3 a bug.\n");
        text.append("Example: igvmtool boot samples/openhcl-x64\n");
        return text.toString();
    }

    private String completion() {
        CommandLine root =
                new CommandLine(CommandLine.Model.CommandSpec.create().name("igvmtool"));
        CommandEntry.ALL.forEach(entry -> root.addSubcommand(entry.name(), entry.commandLine(console)));
        return AutoComplete.bash("igvmtool", root);
    }
}
