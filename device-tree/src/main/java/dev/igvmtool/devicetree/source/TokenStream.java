package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.source.Token.Kind;

/** Tokens with one to look ahead at. */
final class TokenStream {
    private final Lexer lexer;
    private Token ahead;

    TokenStream(Lexer lexer) {
        this.lexer = lexer;
        this.ahead = lexer.next();
    }

    Token peek() {
        return ahead;
    }

    boolean at(Kind kind) {
        return ahead.kind() == kind;
    }

    boolean at(String symbol) {
        return ahead.is(symbol);
    }

    Token next() {
        Token token = ahead;
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
    FormatException unexpected(String expected) {
        return ahead.place().error("found " + ahead.found() + ", expected " + expected);
    }
}
