package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.Bytes;

/** Values as people read them. */
final class Text {
    private static final int SHOWN_BYTES = 32;
    private static final int DECIMAL_FROM = 10;
    private static final int DECIMAL_TO = 1 << 20;

    private Text() {}

    /** Hexadecimal, with the decimal form where that is short and differs. */
    static String number(long value) {
        if (value >= 0 && value < DECIMAL_FROM) {
            return Long.toString(value);
        }
        String hex = "0x" + Long.toHexString(value);
        return value > 0 && value < DECIMAL_TO ? hex + " (" + value + ")" : hex;
    }

    /** The first bytes in hexadecimal digits, or that all are zero. */
    static String bytes(Bytes content) {
        if (content.isZero()) {
            return content.size() + " zero bytes";
        }
        return content.size() <= SHOWN_BYTES
                ? content.toHex()
                : content.slice(0, SHOWN_BYTES).toHex() + "... (" + content.size() + " bytes)";
    }

    /** Text in quotes; what cannot be printed is escaped. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (c == '\n') {
                quoted.append("\\n");
            } else if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || c == 0xfffd) {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }

    /** Text up to the first NUL. */
    static String untilNul(Bytes content) {
        int end = 0;
        while (end < content.size() && content.u8(end) != 0) {
            end++;
        }
        return content.slice(0, end).toUtf8();
    }

    /** A size in bytes. */
    static String size(long bytes) {
        return bytes % (1 << 20) == 0 && bytes > 0
                ? (bytes >> 20) + " MiB"
                : bytes % 1024 == 0 && bytes > 0 ? (bytes >> 10) + " KiB" : bytes + " bytes";
    }
}
