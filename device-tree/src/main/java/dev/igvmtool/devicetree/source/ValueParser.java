package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.live.Budget;
import dev.igvmtool.devicetree.live.LiveValue;
import dev.igvmtool.devicetree.live.LiveValue.MarkerKind;
import dev.igvmtool.devicetree.live.Messages;
import dev.igvmtool.devicetree.live.Place;
import dev.igvmtool.devicetree.source.Token.Kind;

/** Reads the value of a property, from behind the equals sign up to the semicolon. */
final class ValueParser {
    private final TokenStream tokens;
    private final Lexer lexer;
    private final Budget budget;
    private final Messages messages;
    private final Expressions expressions;

    ValueParser(TokenStream tokens, Lexer lexer, Budget budget, Messages messages) {
        this.tokens = tokens;
        this.lexer = lexer;
        this.budget = budget;
        this.messages = messages;
        this.expressions = new Expressions(tokens, messages);
    }

    /** A number, a character, or an expression in parentheses. */
    long integer() {
        return expressions.primary();
    }

    LiveValue value() {
        LiveValue value = new LiveValue();
        while (true) {
            labels(value);
            budget.part();
            part(value);
            labels(value);
            if (!tokens.at(",")) {
                return value;
            }
            tokens.next();
        }
    }

    private void labels(LiveValue value) {
        while (tokens.at(Kind.LABEL)) {
            budget.part();
            value.mark(MarkerKind.LABEL, tokens.next().text());
        }
    }

    private void part(LiveValue value) {
        Token first = tokens.peek();
        if (tokens.at(Kind.STRING)) {
            budget.value(first.data().size() + 1L);
            value.text(tokens.next().data());
        } else if (tokens.at("<") || tokens.at(Kind.BITS)) {
            cells(value);
        } else if (tokens.at("[")) {
            bytes(value);
        } else if (first.isReference()) {
            tokens.next();
            value.mark(MarkerKind.TEXT);
            value.mark(MarkerKind.PATH, first.text());
        } else if (tokens.at(Kind.INCBIN)) {
            file(value);
        } else {
            throw tokens.unexpected("a value: a string, '<', '[', a reference, /bits/ or /incbin/");
        }
    }

    private void cells(LiveValue value) {
        int bits = tokens.at(Kind.BITS) ? width() : Integer.SIZE;
        tokens.expect("<");
        value.mark(
                switch (bits) {
                    case 8 -> MarkerKind.BYTES;
                    case 16 -> MarkerKind.CELLS_16;
                    case 32 -> MarkerKind.CELLS_32;
                    default -> MarkerKind.CELLS_64;
                });
        while (!tokens.at(">")) {
            labels(value);
            Token first = tokens.peek();
            if (tokens.at(">")) {
                break;
            } else if (first.isReference()) {
                tokens.next();
                reference(first, value, bits);
            } else if (expressions.begins()) {
                budget.value(bits / Byte.SIZE);
                long number = integer();
                checkFits(number, bits, first.place().to(tokens.last()));
                value.integer(number, bits);
            } else {
                throw tokens.unexpected("a number, a reference or '>'");
            }
        }
        tokens.expect(">");
    }

    private int width() {
        tokens.next();
        Token width = tokens.expect(Kind.NUMBER);
        long number = width.number();
        if (number != 8 && number != 16 && number != 32 && number != 64) {
            messages.error(width.place(), "array elements of " + width.found() + " bits, expected 8, 16, 32 or 64");
            return Integer.SIZE;
        }
        return (int) number;
    }

    private void reference(Token reference, LiveValue value, int bits) {
        budget.value(bits / Byte.SIZE);
        if (bits == Integer.SIZE) {
            budget.part();
            value.mark(MarkerKind.PHANDLE, reference.text());
        } else {
            messages.error(
                    reference.place(),
                    "reference " + reference.found() + " among elements of " + bits
                            + " bits, expected elements of 32 bits");
        }
        value.integer(-1, bits);
    }

    /** The bits above the element are all 0, or all 1 as those of a negative number. */
    private void checkFits(long number, int bits, Place place) {
        long above = bits == Long.SIZE ? 0 : number >>> bits;
        if (above != 0 && above != -1L >>> bits) {
            messages.error(place, String.format("value 0x%x does not fit, expected %d bits at most", number, bits));
        }
    }

    private void bytes(LiveValue value) {
        tokens.next();
        value.mark(MarkerKind.BYTES);
        while (!tokens.at("]")) {
            labels(value);
            if (tokens.at(Kind.BYTE)) {
                budget.value(1);
                value.integer(tokens.next().number(), Byte.SIZE);
            } else if (!tokens.at("]")) {
                throw tokens.unexpected("two hexadecimal digits or ']'");
            }
        }
        tokens.next();
    }

    /** Bytes of a file, all of them or a part; what lies past its end is left out. */
    private void file(LiveValue value) {
        Place start = tokens.next().place();
        tokens.expect("(");
        Token quoted = tokens.expect(Kind.STRING);
        long offset = 0;
        long length = -1;
        if (tokens.at(",")) {
            tokens.next();
            offset = integer();
            tokens.expect(",");
            length = integer();
        }
        tokens.expect(")");
        try {
            Bytes content =
                    lexer.find(quoted.data().toUtf8(), budget.remainingValue()).content();
            int first = (int) unsignedMin(offset, content.size());
            Bytes part = content.slice(first, (int) unsignedMin(length, content.size() - first));
            budget.value(part.size());
            value.mark(MarkerKind.FILE);
            value.bytes(part);
        } catch (FormatException e) {
            throw new SourceError(start.to(tokens.last()), e.getMessage(), true);
        }
    }

    private static long unsignedMin(long value, long most) {
        return Long.compareUnsigned(value, most) < 0 ? value : most;
    }
}
