package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;

/** Numbers and bytes in the values of options. */
final class Hex {
    private static final int SHA384_BYTES = 48;
    private static final long MAX_U32 = 0xffff_ffffL;

    private Hex() {}

    /**
     * Bytes, two digits each.
     *
     * @throws CommandException if it is something else
     */
    static Bytes parse(String option, String text) {
        try {
            return Bytes.fromHex(text.startsWith("0x") ? text.substring(2) : text);
        } catch (IllegalArgumentException e) {
            throw new CommandException(option + " " + text + ": not hexadecimal, expected two digits for each byte", e);
        }
    }

    /**
     * A number, in hexadecimal after {@code 0x}, else in decimal; 64 bits unsigned.
     *
     * @throws CommandException if it is something else
     */
    static long number(String option, String text) {
        try {
            return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw new CommandException(option + " " + text + ": not a number, expected one such as 33 or 0x21", e);
        }
    }

    /**
     * A SHA-384 in hexadecimal.
     *
     * @throws CommandException if it is something else
     */
    static Bytes sha384(String option, String text) {
        Bytes digest = parse(option, text);
        if (digest.size() != SHA384_BYTES) {
            throw new CommandException(option + ": " + digest.size() + " bytes, expected " + SHA384_BYTES);
        }
        return digest;
    }

    /**
     * A number of 32 bits, unsigned.
     *
     * @throws CommandException if it is something else
     */
    static long u32(String option, String text) {
        long number = number(option, text);
        if (number < 0 || number > MAX_U32) {
            throw new CommandException(option + " " + text + ": expected 0 to " + MAX_U32);
        }
        return number;
    }
}
