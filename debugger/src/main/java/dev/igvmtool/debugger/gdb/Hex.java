package dev.igvmtool.debugger.gdb;

import dev.igvmtool.abi.binary.Bytes;
import java.util.HexFormat;

/** Hexadecimal digits as the protocol uses them. What is none is a {@link ProtocolException}. */
final class Hex {
    private static final int RADIX = 16;
    private static final int MAX_DIGITS = 16;

    private Hex() {}

    static String of(Bytes bytes) {
        return bytes.toHex();
    }

    /** A number of at most 64 bits. */
    static long number(String digits) {
        try {
            if (digits.isEmpty() || digits.length() > MAX_DIGITS || digits.startsWith("+") || digits.startsWith("-")) {
                throw new ProtocolException();
            }
            return Long.parseUnsignedLong(digits, RADIX);
        } catch (NumberFormatException e) {
            throw new ProtocolException();
        }
    }

    /** A number of things, from 0 to {@code most}. */
    static int count(String digits, int most) {
        long number = number(digits);
        if (number < 0 || number > most) {
            throw new ProtocolException();
        }
        return (int) number;
    }

    static Bytes bytes(String digits) {
        try {
            return Bytes.wrap(HexFormat.of().parseHex(digits));
        } catch (IllegalArgumentException e) {
            throw new ProtocolException();
        }
    }
}
