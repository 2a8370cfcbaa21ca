package dev.igvmtool.cli;

/** Text from outside, made safe for a terminal. */
final class Printable {
    private Printable() {}

    /** {@code text} with control, format and unpaired surrogate characters as escapes: {@code \n}, {@code \u001b}. */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.codePoints().forEach(codePoint -> append(escaped, codePoint));
        return escaped.toString();
    }

    private static void append(StringBuilder escaped, int codePoint) {
        switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> {
                if (codePoint == '\n') {
                    escaped.append("\\n");
                } else {
                    escaped.append(String.format("\\u%04x", codePoint));
                }
            }
            default -> escaped.appendCodePoint(codePoint);
        }
    }
}
