package dev.igvmtool.document;

/** Text from a file, made fit for a one-line message: control characters escaped, long text cut. */
public final class Quoted {
    private static final int LIMIT = 60;

    private Quoted() {}

    public static String of(String text) {
        StringBuilder result = new StringBuilder();
        int shown = Math.min(text.length(), LIMIT);
        for (int i = 0; i < shown; i++) {
            char c = text.charAt(i);
            if (c < ' '
                    || c >= 0x7f && c < 0xa0
                    || Character.isSurrogate(c)
                    || Character.getType(c) == Character.FORMAT) {
                result.append(String.format("\\u%04x", (int) c));
            } else {
                result.append(c);
            }
        }
        if (shown < text.length()) {
            result.append("...");
        }
        return result.toString();
    }
}
