package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;

/** Values of options in hexadecimal. */
final class Hex {
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
}
