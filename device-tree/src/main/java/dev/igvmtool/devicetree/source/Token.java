package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.live.Place;

/**
 * One word of the language.
 *
 * @param kind what it is
 * @param text the name of a label, reference, node or property; otherwise the word as written
 * @param data bytes of a string, without the NUL
 * @param number of a literal, a character or a byte; unsigned
 * @param place where it stands
 */
record Token(Kind kind, String text, Bytes data, long number, Place place) {
    /** Kinds of tokens; keywords carry their spelling. */
    enum Kind {
        V1("/dts-v1/"),
        PLUGIN("/plugin/"),
        MEMRESERVE("/memreserve/"),
        BITS("/bits/"),
        DELETE_PROPERTY("/delete-property/"),
        DELETE_NODE("/delete-node/"),
        OMIT("/omit-if-no-ref/"),
        INCBIN("/incbin/"),
        LABEL("a label"),
        NUMBER("a number"),
        CHARACTER("a character"),
        STRING("a string"),
        LABEL_REFERENCE("a label reference"),
        PATH_REFERENCE("a path reference"),
        BYTE("a byte"),
        NAME("a name"),
        SYMBOL("a symbol"),
        END("the end of the file");

        private final String spelling;

        Kind(String spelling) {
            this.spelling = spelling;
        }

        String spelling() {
            return spelling;
        }
    }

    static Token of(Kind kind, String text, Place place) {
        return new Token(kind, text, Bytes.EMPTY, 0, place);
    }

    boolean is(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    boolean isReference() {
        return kind == Kind.LABEL_REFERENCE || kind == Kind.PATH_REFERENCE;
    }

    /** For messages: short whatever the token holds. */
    String found() {
        String shown = text.length() > 40 ? text.substring(0, 40) + "..." : text;
        return switch (kind) {
            case END -> kind.spelling();
            case LABEL -> "label '" + shown + ":'";
            case LABEL_REFERENCE -> "'&" + shown + "'";
            case PATH_REFERENCE -> "'&{" + shown + "}'";
            case STRING -> "a string";
            default -> "'" + shown + "'";
        };
    }
}
