package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.live.Messages;
import dev.igvmtool.devicetree.live.Place;
import dev.igvmtool.devicetree.source.Token.Kind;

/** Numbers and characters. What is wrong with one is said, and the source read on. */
final class Literals {
    private final Messages messages;

    Literals(Messages messages) {
        this.messages = messages;
    }

    /** A decimal, octal or hexadecimal number, with the suffixes that C has for unsigned and long. */
    Token number(Input input) {
        Place start = input.place();
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
        Place place = input.since(start);
        return new Token(Kind.NUMBER, text, Bytes.EMPTY, parse(text.substring(digits, end), radix, place), place);
    }

    private long parse(String digits, int radix, Place place) {
        long value = 0;
        long most = Long.divideUnsigned(-1, radix);
        for (int i = 0; i < digits.length(); i++) {
            int digit = Character.digit(digits.charAt(i), radix);
            if (digit < 0) {
                messages.error(
                        place,
                        "number with the digit '" + digits.charAt(i) + "' after a leading 0, expected octal digits");
                return value;
            }
            boolean fits = Long.compareUnsigned(value, most) <= 0
                    && Long.compareUnsigned(value * radix, -1 - (long) digit) <= 0;
            if (!fits) {
                messages.error(
                        place, "number of " + digits.length() + " digits is too large, expected 64 bits at most");
                return -1; // which fits anywhere: one message is enough
            }
            value = value * radix + digit;
        }
        return value;
    }

    /** A character between single quotes; the last quote that can end it does. */
    Token character(Input input) {
        Place start = input.place();
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
            throw new SourceError(start, "character without an end, expected '''", true);
        }
        String quoted = input.take(end + 1);
        Place place = input.since(start);
        Bytes value = Escapes.decode(quoted.substring(1, end), place);
        if (value.size() != 1) {
            messages.error(place, "character literal has " + value.size() + " characters, expected 1");
        }
        return new Token(Kind.CHARACTER, quoted, Bytes.EMPTY, value.isEmpty() ? 0 : value.u8(0), place);
    }
}
