package dev.igvmtool.cli;

import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Runs several commands in one process and throws away what they print: the launcher makes its archive of class data from
 * such a process. Commands stand between {@code ;} arguments.
 */
final class TrainingRun {
    private static final String SEPARATOR = ";";

    private TrainingRun() {}

    /** Ends with the status of the last command that failed, or 0. */
    public static void main(String[] args) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Console console = Console.of(new ByteArrayInputStream(new byte[0]), nowhere, nowhere, false, Map.of());
        int status = ExitStatus.DONE;
        List<String> rest = Arrays.asList(args);
        while (!rest.isEmpty()) {
            int end = rest.contains(SEPARATOR) ? rest.indexOf(SEPARATOR) : rest.size();
            int outcome = Main.run(console, rest.subList(0, end).toArray(String[]::new));
            status = outcome == ExitStatus.DONE ? status : outcome;
            rest = rest.subList(Math.min(end + 1, rest.size()), rest.size());
        }
        System.exit(status);
    }
}
