package dev.igvmtool.bootshim.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * Text for the log in the pieces in which it is written: a full log buffer keeps or drops each piece for itself, so the
 * pieces show. They are those of the reference: the text between two values, a value, the {@code 0x} before one.
 *
 * @param pieces in order, none empty
 */
public record LogMessage(List<String> pieces) {
    private static final String PLACE = "{}";
    private static final int HEXADECIMAL = 16;

    public LogMessage {
        pieces = List.copyOf(pieces);
    }

    /**
     * A message.
     *
     * @param template text with a {@code {}} for each argument
     * @param arguments numbers are shown unsigned and decimal, messages in their pieces, everything else as one piece
     */
    public static LogMessage of(String template, Object... arguments) {
        List<String> pieces = new ArrayList<>();
        int from = 0;
        for (Object argument : arguments) {
            int place = template.indexOf(PLACE, from);
            if (place < 0) {
                throw new IllegalArgumentException("more arguments than places in: " + template);
            }
            add(pieces, template.substring(from, place));
            addValue(pieces, argument);
            from = place + PLACE.length();
        }
        add(pieces, template.substring(from));
        return new LogMessage(pieces);
    }

    private static void addValue(List<String> pieces, Object value) {
        if (value instanceof LogMessage message) {
            pieces.addAll(message.pieces);
        } else if (value instanceof Long number) {
            add(pieces, Long.toUnsignedString(number));
        } else {
            add(pieces, String.valueOf(value));
        }
    }

    private static void add(List<String> pieces, String piece) {
        if (!piece.isEmpty()) {
            pieces.add(piece);
        }
    }

    /** A number in hexadecimal behind {@code 0x}. */
    public static LogMessage hex(long value) {
        return new LogMessage(List.of("0x", hexDigits(value)));
    }

    /** A number in hexadecimal. */
    public static String hexDigits(long value) {
        return Long.toUnsignedString(value, HEXADECIMAL);
    }

    /** The whole text. */
    public String text() {
        return String.join("", pieces);
    }
}
