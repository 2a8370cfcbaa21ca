package dev.igvmtool.cli.debug;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** The real gdb, carrying out lines. */
public final class Gdb {
    private static final int MOST_SECONDS = 240;
    private static final List<String> QUIET =
            List.of("set pagination off", "set confirm off", "set width 0", "set style enabled off");

    private Gdb() {}

    /** Skips the test, and says why, where there is no gdb. */
    public static void assumePresent() {
        try {
            Process process = new ProcessBuilder("gdb", "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getInputStream().readAllBytes();
            Assumptions.assumeTrue(process.waitFor() == 0, "gdb does not run");
        } catch (IOException missing) {
            Assumptions.abort("gdb is not installed");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * What gdb prints for some lines, the first of which connects it.
     *
     * @param folder for files of this run
     * @param target HOST:PORT
     */
    public static String session(Path folder, String target, String... lines) throws IOException {
        List<String> script = new ArrayList<>(QUIET);
        script.add("target remote " + target);
        script.addAll(List.of(lines));
        Path file = folder.resolve("script.gdb");
        Path out = folder.resolve("gdb.out");
        Files.write(file, script);
        Process gdb = new ProcessBuilder("gdb", "-nx", "-q", "-batch", "-x", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        try {
            boolean ended = gdb.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
            String text = Files.readString(out, StandardCharsets.ISO_8859_1);
            assertTrue(ended, text);
            assertEquals(0, gdb.exitValue(), text);
            return text;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            gdb.destroyForcibly();
        }
    }

    /** Fails unless parts of the text match, one after the other; a match may not span lines. */
    public static void assertInOrder(String text, String... patterns) {
        int from = 0;
        for (String pattern : patterns) {
            var matcher = Pattern.compile(pattern).matcher(text);
            assertTrue(matcher.find(from), "no " + pattern + " from here: " + text.substring(from));
            from = matcher.end();
        }
    }
}
