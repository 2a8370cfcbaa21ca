package dev.igvmtool.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The streams of one run.
 *
 * @param in standard input
 * @param out results
 * @param err diagnostics
 * @param terminal whether standard output is a terminal
 * @param colour whether results may be coloured: on a terminal, unless {@code NO_COLOR} is set
 */
record Console(InputStream in, PrintStream out, PrintStream err, boolean terminal, boolean colour) {
    /** @param terminal whether standard output is a terminal: the launcher knows, the JVM does not always */
    static Console of(
            InputStream in, PrintStream out, PrintStream err, boolean terminal, Map<String, String> environment) {
        boolean colour = terminal
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb");
        return new Console(in, out, err, terminal, colour);
    }

    /** One line of diagnosis; whatever is in the message, it stays one line. */
    void error(String message) {
        err.println("igvmtool: " + Printable.escape(message));
    }

    PrintWriter outWriter() {
        return new PrintWriter(out, true, StandardCharsets.UTF_8);
    }

    PrintWriter errWriter() {
        return new PrintWriter(err, true, StandardCharsets.UTF_8);
    }
}
