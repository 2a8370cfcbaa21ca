package dev.igvmtool.devicetree.source;

import static java.util.Map.entry;

import dev.igvmtool.devicetree.live.Messages;
import dev.igvmtool.devicetree.live.Place;
import dev.igvmtool.devicetree.source.Token.Kind;
import java.util.Map;

/** Numbers, characters and expressions in parentheses: the integer operators of C, on 64 bits without sign. */
final class Expressions {
    /** Parentheses, operators and conditions inside each other. */
    private static final int MAX_DEPTH = 200;

    /** Binary operators by how tightly they bind; 0 is loosest. */
    private static final Map<String, Integer> LEVELS = Map.ofEntries(
            entry("||", 0),
            entry("&&", 1),
            entry("|", 2),
            entry("^", 3),
            entry("&", 4),
            entry("==", 5),
            entry("!=", 5),
            entry("<", 6),
            entry(">", 6),
            entry("<=", 6),
            entry(">=", 6),
            entry("<<", 7),
            entry(">>", 7),
            entry("+", 8),
            entry("-", 8),
            entry("*", 9),
            entry("/", 9),
            entry("%", 9));

    private final TokenStream tokens;
    private final Messages messages;
    private int depth;

    Expressions(TokenStream tokens, Messages messages) {
        this.tokens = tokens;
        this.messages = messages;
    }

    /** True if the next token begins a number. */
    boolean begins() {
        return tokens.at(Kind.NUMBER) || tokens.at(Kind.CHARACTER) || tokens.at("(");
    }

    /** A number, a character, or an expression in parentheses. */
    long primary() {
        if (tokens.at("(")) {
            tokens.next();
            long value = condition();
            tokens.expect(")");
            return value;
        }
        return tokens.at(Kind.CHARACTER)
                ? tokens.next().number()
                : tokens.expect(Kind.NUMBER).number();
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
        if (++depth > MAX_DEPTH) {
            throw new SourceError(tokens.peek().place(), "expression deeper than " + MAX_DEPTH + " levels", true);
        }
    }

    /** Operators that bind at least as tightly as {@code loosest}; one frame for all levels keeps the stack small. */
    private long binary(int loosest) {
        Place start = tokens.peek().place();
        long value = unary();
        while (true) {
            int level = level(tokens.peek());
            if (level < loosest) {
                return value;
            }
            String operator = tokens.next().text();
            long right = binary(level + 1);
            if (right == 0 && (operator.equals("/") || operator.equals("%"))) {
                messages.error(start.to(tokens.last()), "division by zero");
                value = 0;
            } else {
                value = apply(operator, value, right);
            }
        }
    }

    /** How tightly an operator binds; -1 if the token is none. */
    private static int level(Token token) {
        return token.kind() == Kind.SYMBOL ? LEVELS.getOrDefault(token.text(), -1) : -1;
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

    private static long apply(String operator, long left, long right) {
        return switch (operator) {
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
            case "/" -> Long.divideUnsigned(left, right);
            default -> Long.remainderUnsigned(left, right);
        };
    }

    private static long truth(boolean value) {
        return value ? 1 : 0;
    }
}
