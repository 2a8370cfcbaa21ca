package dev.igvmtool.devicetree.source;

import dev.igvmtool.devicetree.live.Place;
import dev.igvmtool.devicetree.source.Token.Kind;

/** Tokens with one to look ahead at. */
final class TokenStream {
    private final Lexer lexer;
    private Token ahead;
    private Place last;

    TokenStream(Lexer lexer) {
        this.lexer = lexer;
        this.ahead = lexer.next();
        this.last = ahead.place();
    }

    Token peek() {
        return ahead;
    }

    /** Where the token taken last stands. */
    Place last() {
        return last;
    }

    boolean at(Kind kind) {
        return ahead.kind() == kind;
    }

    boolean at(String symbol) {
        return ahead.is(symbol);
    }

    Token next() {
        Token token = ahead;
        last = token.place();
        ahead = lexer.next();
        return token;
    }

    Token expect(Kind kind) {
        if (!at(kind)) {
            throw unexpected(kind.spelling());
        }
        return next();
    }

    void expect(String symbol) {
        if (!at(symbol)) {
            throw unexpected("'" + symbol + "'");
        }
        next();
    }

    /** The next token is not what the language has here. */
    SourceError unexpected(String expected) {
        return new SourceError(ahead.place(), "found " + ahead.found() + ", expected " + expected, at(Kind.END));
    }

    /** Passes over what belongs to an error: up to the next semicolon of this node, or to its closing brace. */
    void recover() {
        int depth = 0;
        while (!at(Kind.END)) {
            if (at("{")) {
                depth++;
            } else if (at("}")) {
                if (depth == 0) {
                    return;
                }
                depth--;
            } else if (at(";") && depth == 0) {
                next();
                return;
            }
            next();
        }
    }
}
