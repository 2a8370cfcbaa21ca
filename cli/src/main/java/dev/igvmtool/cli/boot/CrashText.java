package dev.igvmtool.cli.boot;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a guest has told of its end, in one line: its kernel log down to the lines that say why, or a text of its own. */
final class CrashText {
    /** {@code N,number,time,-;text} as in {@code /dev/kmsg}: the level is N modulo 8. */
    private static final Pattern LOG_LINE = Pattern.compile("([0-9]{1,4}),[0-9]+,[0-9]+,[^;]*;(.*)");

    /** Levels up to this one are critical. */
    private static final int CRITICAL = 2;

    private CrashText() {}

    /** The critical lines of a kernel log, from first to last; any other text with its lines joined. */
    static String summary(String text) {
        return critical(text).orElseGet(() -> text.lines().map(String::strip).collect(Collectors.joining(" ")));
    }

    /** The critical lines of a kernel log, from first to last; empty if it has none. */
    static Optional<String> critical(String log) {
        String lines = log.lines()
                .map(LOG_LINE::matcher)
                .filter(Matcher::matches)
                .filter(line -> Integer.parseInt(line.group(1)) % 8 <= CRITICAL)
                .map(line -> line.group(2))
                .collect(Collectors.joining("; "));
        return lines.isEmpty() ? Optional.empty() : Optional.of(lines);
    }
}
