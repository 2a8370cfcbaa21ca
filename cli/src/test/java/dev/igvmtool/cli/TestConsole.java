package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** One run of the command line in this process, with what it printed. */
final class TestConsole {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Bytes input;

    private TestConsole(Bytes input) {
        this.input = input;
    }

    /** What a run left. */
    record Outcome(int status, Bytes content, String err) {
        String out() {
            return content.toUtf8();
        }
    }

    static Outcome run(String... args) {
        return runWith(Bytes.EMPTY, args);
    }

    static Outcome runWith(Bytes input, String... args) {
        return new TestConsole(input).outcome(args);
    }

    private Outcome outcome(String... args) {
        Console console = new Console(
                new ByteArrayInputStream(input.toByteArray()),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false);
        int status = Main.run(console, args);
        return new Outcome(status, Bytes.wrap(out.toByteArray()), err.toString(StandardCharsets.UTF_8));
    }
}
