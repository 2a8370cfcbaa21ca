package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.source.SourceValue.MarkerKind;
import dev.igvmtool.devicetree.source.Token.Kind;

/** Reads the value of a property, from behind the equals sign up to the semicolon. */
final class ValueParser {
    private final TokenStream tokens;
    private final Lexer lexer;
    private final SourceBudget budget;
    private final Expressions expressions;

    ValueParser(TokenStream tokens, Lexer lexer, SourceBudget budget) {
        this.tokens = tokens;
        this.lexer = lexer;
        this.budget = budget;
        this.expressions = new Expressions(tokens);
    }

    /** A number, or an expression in parentheses. */
    long integer() {
        return expressions.primary();
    }

    SourceValue value() {
        SourceValue value = new SourceValue();
        while (true) {
            labels(value);
            part(value);
            labels(value);
            if (!tokens.at(",")) {
                return value;
            }
            tokens.next();
        }
    }

    private void labels(SourceValue value) {
        while (tokens.at(Kind.LABEL)) {
            Token label = tokens.next();
            value.mark(MarkerKind.LABEL, label.text(), label.place());
        }
    }

    private void part(SourceValue value) {
        Token first = tokens.peek();
        if (tokens.at(Kind.STRING)) {
            budget.value(first.data().size() + 1L, first.place());
            value.text(tokens.next().data());
        } else if (tokens.at("<") || tokens.at(Kind.BITS)) {
            cells(value);
        } else if (tokens.at("[")) {
            bytes(value);
        } else if (first.isReference()) {
            tokens.next();
            value.mark(MarkerKind.PATH, first.text(), first.place());
        } else if (tokens.at(Kind.INCBIN)) {
            file(value);
        } else {
            throw tokens.unexpected("a value: a string, '<', '[', a reference, /bits/ or /incbin/");
        }
    }

    private void cells(SourceValue value) {
        int bits = Integer.SIZE;
        if (tokens.at(Kind.BITS)) {
            tokens.next();
            Token width = tokens.expect(Kind.NUMBER);
            long number = width.number();
            if (number != 8 && number != 16 && number != 32 && number != 64) {
                throw width.place().error("array elements of " + width.found() + " bits, expected 8, 16, 32 or 64");
            }
            bits = (int) number;
        }
        tokens.expect("<");
        while (!tokens.at(">")) {
            labels(value);
            Token first = tokens.peek();
            if (tokens.at(">")) {
                break;
            } else if (first.isReference()) {
                if (bits != Integer.SIZE) {
                    throw first.place()
                            .error("reference " + first.found() + " among elements of " + bits
                                    + " bits, expected elements of 32 bits");
                }
                budget.value(Integer.BYTES, first.place());
                tokens.next();
                value.mark(MarkerKind.PHANDLE, first.text(), first.place());
                value.integer(-1, bits);
            } else if (expressions.begins()) {
                budget.value(bits / Byte.SIZE, first.place());
                value.integer(fitting(integer(), bits, first), bits);
            } else {
                throw tokens.unexpected("a number, a reference or '>'");
            }
        }
        tokens.expect(">");
    }

    /** The bits above the element are all 0, or all 1 as those of a negative number. */
    private static long fitting(long number, int bits, Token first) {
        long above = bits == Long.SIZE ? 0 : number >>> bits;
        if (above != 0 && above != -1L >>> bits) {
            throw first.place().error(String.format("value 0x%x does not fit, expected %d bits at most", number, bits));
        }
        return number;
    }

    private void bytes(SourceValue value) {
        tokens.next();
        while (!tokens.at("]")) {
            labels(value);
            if (tokens.at(Kind.BYTE)) {
                budget.value(1, tokens.peek().place());
                value.integer(tokens.next().number(), Byte.SIZE);
            } else if (!tokens.at("]")) {
                throw tokens.unexpected("two hexadecimal digits or ']'");
            }
        }
        tokens.next();
    }

    /** Bytes of a file, all of them or a part; what lies past its end is left out. */
    private void file(SourceValue value) {
        Place place = tokens.next().place();
        tokens.expect("(");
        String name = tokens.expect(Kind.STRING).data().toUtf8();
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
            Bytes content = lexer.find(name, budget.remainingValue()).content();
            int start = (int) unsignedMin(offset, content.size());
            Bytes part = content.slice(start, (int) unsignedMin(length, content.size() - start));
            budget.value(part.size(), place);
            value.bytes(part);
        } catch (FormatException e) {
            throw e.in(place.toString());
        }
    }

    private static long unsignedMin(long value, long most) {
        return Long.compareUnsigned(value, most) < 0 ? value : most;
    }
}
