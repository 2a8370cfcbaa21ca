package dev.igvmtool.attestation.json;

import dev.igvmtool.abi.binary.Bytes;
import java.util.Optional;

/** Finds where the members of the top object lie in a text that is known to be JSON, one object. */
final class MemberText {
    private final Bytes text;
    private int position;

    MemberText(Bytes text) {
        this.text = text;
    }

    /** The text of the value, without white space around it. A name that is written with escapes is not found. */
    Optional<Bytes> of(String name) {
        position = 0;
        skipSpace();
        position++;
        while (true) {
            skipSpace();
            if (at() == '}') {
                return Optional.empty();
            }
            int start = position;
            skipValue();
            boolean wanted = text.slice(start + 1, position - start - 2).equals(Bytes.utf8(name));
            skipSpace();
            position++;
            skipSpace();
            int valueStart = position;
            skipValue();
            if (wanted) {
                return Optional.of(text.slice(valueStart, position - valueStart));
            }
            skipSpace();
            if (at() == ',') {
                position++;
            }
        }
    }

    private int at() {
        return text.u8(position);
    }

    private void skipSpace() {
        while (at() == ' ' || at() == '\n' || at() == '\r' || at() == '\t') {
            position++;
        }
    }

    private void skipValue() {
        int depth = 0;
        do {
            switch (at()) {
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                case '"' -> skipString();
                default -> {
                    // Numbers, literals, and what stands between values.
                }
            }
            position++;
        } while (depth > 0 || depth == 0 && isInsideScalar());
    }

    /** Whether a number or literal goes on. */
    private boolean isInsideScalar() {
        int before = text.u8(position - 1);
        return before != '"'
                && before != '}'
                && before != ']'
                && (Character.isLetterOrDigit(at()) || at() == '.' || at() == '-' || at() == '+');
    }

    /** To the closing quote. */
    private void skipString() {
        position++;
        while (at() != '"') {
            position += at() == '\\' ? 2 : 1;
        }
    }
}
