package dev.igvmtool.cli;

import picocli.CommandLine.Option;

/** The options of every command. */
final class CommonOptions {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    @Option(names = "--quiet", description = "Print results and errors only.")
    boolean quiet;

    @Option(names = "--debug", description = "Print where an error happened.")
    boolean debug;
}
