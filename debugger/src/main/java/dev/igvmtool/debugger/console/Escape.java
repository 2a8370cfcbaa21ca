package dev.igvmtool.debugger.console;

/** Keeps what guests and files write from steering a terminal. */
final class Escape {
    private Escape() {}

    /** The text on one line, control and format characters escaped. */
    static String line(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                escaped.append(String.format("\\u%04x", c));
            } else {
                escaped.appendCodePoint(c);
            }
        });
        return escaped.toString();
    }
}
