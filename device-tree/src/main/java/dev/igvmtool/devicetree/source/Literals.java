package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.source.Token.Kind;

/** Numbers and characters. */
final class Literals {
    private Literals() {}

    /** A decimal, octal or hexadecimal number, with the suffixes that C has for unsigned and long. */
    static Token number(Input input) {
        Place place = input.place();
        int at = 0;
        int radix = 10;
        if (input.peek(0) == '0' && (input.peek(1) == 'x' || input.peek(1) == 'X') && Lexer.isHex(input.peek(2))) {
            at = 2;
            radix = 16;
        } else if (input.peek(0) == '0') {
            radix = 8;
        }
        int digits = at;
        while (radix == 16 ? Lexer.isHex(input.peek(at)) : Lexer.isDigit(input.peek(at))) {
            at++;
        }
        int end = at;
        if (input.peek(at) == 'U') {
            at++;
        }
        for (int i = 0; i < 2 && input.peek(at) == 'L'; i++) {
            at++;
        }
        String text = input.take(at);
        return new Token(Kind.NUMBER, text, Bytes.EMPTY, parse(text.substring(digits, end), radix, place), place);
    }

    private static long parse(String digits, int radix, Place place) {
        long value = 0;
        long most = Long.divideUnsigned(-1, radix);
        for (int i = 0; i < digits.length(); i++) {
            int digit = Character.digit(digits.charAt(i), radix);
            if (digit < 0) {
                throw place.error(
                        "number with the digit '" + digits.charAt(i) + "' after a leading 0, expected octal digits");
            }
            boolean fits = Long.compareUnsigned(value, most) <= 0
                    && Long.compareUnsigned(value * radix, -1 - (long) digit) <= 0;
            if (!fits) {
                throw place.error("number of " + digits.length() + " digits is too large, expected 64 bits at most");
            }
            value = value * radix + digit;
        }
        return value;
    }

    /** A character between single quotes; the last quote that can end it does. */
    static Token character(Input input) {
        Place place = input.place();
        int end = 0;
        int at = 1;
        while (input.peek(at) >= 0) {
            if (input.peek(at) == '\'') {
                end = at;
                if (input.peek(at - 1) != '\\' || at == 1) {
                    break;
                }
            }
            at++;
        }
        if (end == 0) {
            throw place.error("character without an end, expected '''");
        }
        String quoted = input.take(end + 1);
        Bytes value = Escapes.decode(quoted.substring(1, end), place);
        if (value.size() != 1) {
            throw place.error("character literal has " + value.size() + " characters, expected 1");
        }
        return new Token(Kind.NUMBER, quoted, Bytes.EMPTY, value.get(0), place);
    }
}
