package dev.igvmtool.devicetree.source;

import dev.igvmtool.devicetree.source.Token.Kind;
import java.util.List;

/** Numbers, characters and expressions in parentheses: the integer operators of C, on 64 bits without sign. */
final class Expressions {
    /** Binary operators, those that bind loosest first. */
    private static final List<List<String>> LEVELS = List.of(
            List.of("||"),
            List.of("&&"),
            List.of("|"),
            List.of("^"),
            List.of("&"),
            List.of("==", "!="),
            List.of("<", ">", "<=", ">="),
            List.of("<<", ">>"),
            List.of("+", "-"),
            List.of("*", "/", "%"));

    private final TokenStream tokens;
    private int depth;

    Expressions(TokenStream tokens) {
        this.tokens = tokens;
    }

    /** True if the next token begins a number. */
    boolean begins() {
        return tokens.at(Kind.NUMBER) || tokens.at("(");
    }

    /** A number, or an expression in parentheses. */
    long primary() {
        if (tokens.at("(")) {
            tokens.next();
            long value = condition();
            tokens.expect(")");
            return value;
        }
        return tokens.expect(Kind.NUMBER).number();
    }

    private long condition() {
        enter();
        long value = binary(0);
        if (tokens.at("?")) {
            tokens.next();
            long yes = condition();
            tokens.expect(":");
            long no = condition();
            value = value != 0 ? yes : no;
        }
        depth--;
        return value;
    }

    private void enter() {
        if (++depth > SourceBudget.MAX_EXPRESSION_DEPTH) {
            throw tokens.peek()
                    .place()
                    .error("expression deeper than " + SourceBudget.MAX_EXPRESSION_DEPTH + " levels");
        }
    }

    /** Operators that bind at least as tightly as {@code loosest}; one frame for all levels keeps the stack small. */
    private long binary(int loosest) {
        long value = unary();
        while (true) {
            int level = level(tokens.peek());
            if (level < loosest) {
                return value;
            }
            Token operator = tokens.next();
            value = apply(operator, value, binary(level + 1));
        }
    }

    /** How tightly an operator binds; -1 if the token is none. */
    private static int level(Token token) {
        for (int level = 0; token.kind() == Kind.SYMBOL && level < LEVELS.size(); level++) {
            if (LEVELS.get(level).contains(token.text())) {
                return level;
            }
        }
        return -1;
    }

    private long unary() {
        if (!tokens.at("-") && !tokens.at("~") && !tokens.at("!")) {
            return primary();
        }
        enter();
        String operator = tokens.next().text();
        long value = unary();
        depth--;
        return switch (operator) {
            case "-" -> -value;
            case "~" -> ~value;
            default -> value == 0 ? 1 : 0;
        };
    }

    private static long apply(Token operator, long left, long right) {
        return switch (operator.text()) {
            case "||" -> truth(left != 0 || right != 0);
            case "&&" -> truth(left != 0 && right != 0);
            case "|" -> left | right;
            case "^" -> left ^ right;
            case "&" -> left & right;
            case "==" -> truth(left == right);
            case "!=" -> truth(left != right);
            case "<" -> truth(Long.compareUnsigned(left, right) < 0);
            case ">" -> truth(Long.compareUnsigned(left, right) > 0);
            case "<=" -> truth(Long.compareUnsigned(left, right) <= 0);
            case ">=" -> truth(Long.compareUnsigned(left, right) >= 0);
            case "<<" -> right >>> 6 == 0 ? left << right : 0;
            case ">>" -> right >>> 6 == 0 ? left >>> right : 0;
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> Long.divideUnsigned(left, divisor(operator, right));
            default -> Long.remainderUnsigned(left, divisor(operator, right));
        };
    }

    private static long divisor(Token operator, long value) {
        if (value == 0) {
            throw operator.place().error("division by zero");
        }
        return value;
    }

    private static long truth(boolean value) {
        return value ? 1 : 0;
    }
}
