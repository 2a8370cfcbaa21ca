package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.source.Token.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Cuts source text into tokens, the longest at each place, and goes into included files. Where a name may stand, more
 * characters make a name; between brackets, two hexadecimal digits make a byte: as dtc 1.6.1, dtc-lexer.l.
 */
final class Lexer {
    private static final List<Kind> KEYWORDS = List.of(
            Kind.V1,
            Kind.PLUGIN,
            Kind.MEMRESERVE,
            Kind.BITS,
            Kind.DELETE_PROPERTY,
            Kind.DELETE_NODE,
            Kind.OMIT,
            Kind.INCBIN);
    private static final List<String> LONG_SYMBOLS = List.of("<<", ">>", "<=", ">=", "==", "!=", "&&", "||");

    /** What the next token may be besides the words that are the same everywhere. */
    private enum Mode {
        VALUE,
        NAME,
        BYTES
    }

    private final SourceFiles files;
    private final SourceBudget budget;
    private final Deque<Input> inputs = new ArrayDeque<>();
    private Mode mode = Mode.VALUE;

    Lexer(Input main, SourceFiles files, SourceBudget budget) {
        this.files = files;
        this.budget = budget;
        inputs.push(main);
    }

    /** Finds a file that the source names, on behalf of the file being read. */
    SourceFiles.Found find(String name, long limitBytes) {
        return files.find(name, inputs.element().path, limitBytes);
    }

    /** The next token; {@link Kind#END} when there is none, as often as it is asked for. */
    Token next() {
        while (true) {
            Input input = inputs.element();
            skipBlank(input);
            if (input.peek(0) >= 0) {
                if (!include(input) && !lineDirective(input)) {
                    return token(input);
                }
            } else if (inputs.size() > 1) {
                inputs.pop();
            } else {
                return Token.of(Kind.END, "", input.place());
            }
        }
    }

    private static void skipBlank(Input input) {
        while (true) {
            int c = input.peek(0);
            if (c == ' ' || c >= '\t' && c <= '\r') {
                input.skip(1);
            } else if (input.startsWith("//")) {
                while (input.peek(0) >= 0 && input.peek(0) != '\n') {
                    input.skip(1);
                }
            } else if (input.startsWith("/*")) {
                Place start = input.place();
                input.skip(2);
                while (!input.startsWith("*/")) {
                    if (input.peek(0) < 0) {
                        throw start.error("comment without an end");
                    }
                    input.skip(1);
                }
                input.skip(2);
            } else {
                return;
            }
        }
    }

    private boolean include(Input input) {
        if (!input.startsWith("/include/")) {
            return false;
        }
        Place place = input.place();
        input.skip("/include/".length());
        while (input.peek(0) == ' ' || input.peek(0) >= '\t' && input.peek(0) <= '\r') {
            input.skip(1);
        }
        int length = stringLength(input);
        if (length == 0) {
            throw input.place().error("/include/ without a file name, expected a string");
        }
        String quoted = input.take(length);
        String name = utf8(quoted.substring(1, length - 1));
        try {
            budget.include(inputs.size());
            SourceFiles.Found found = find(name, budget.remainingSource());
            budget.source(found.content().size());
            inputs.push(new Input(found.name(), found.content()));
        } catch (FormatException e) {
            throw e.in(place.toString());
        }
        return true;
    }

    /** A line directive of the C preprocessor: {@code # 1 "file" 2}. */
    private static boolean lineDirective(Input input) {
        if (input.peek(0) != '#' || !input.atLineStart()) {
            return false;
        }
        int at = input.startsWith("#line") ? "#line".length() : 1;
        int digits = blanks(input, at);
        int end = digits;
        while (isDigit(input.peek(end))) {
            end++;
        }
        int quote = blanks(input, end);
        if (digits == at || end == digits || end - digits > 9 || quote == end || input.peek(quote) != '"') {
            return false;
        }
        int close = quote + 1;
        while (input.peek(close) != '"') {
            if (input.peek(close) < 0 || input.peek(close) == '\n') {
                return false;
            }
            close++;
        }
        String directive = input.take(close + 1);
        while (input.peek(0) >= 0 && input.peek(0) != '\n') {
            input.skip(1); // flags
        }
        input.renumber(utf8(directive.substring(quote + 1, close)), Integer.parseInt(directive.substring(digits, end)));
        return true;
    }

    private static int blanks(Input input, int from) {
        int at = from;
        while (input.peek(at) == ' ' || input.peek(at) == '\t') {
            at++;
        }
        return at;
    }

    private Token token(Input input) {
        Place place = input.place();
        int label = labelLength(input, 0);
        if (label > 0 && input.peek(label) == ':') {
            String name = input.take(label);
            input.skip(1);
            return Token.of(Kind.LABEL, name, place);
        }
        int c = input.peek(0);
        if (c == '/') {
            for (Kind keyword : KEYWORDS) {
                if (input.startsWith(keyword.spelling())) {
                    input.skip(keyword.spelling().length());
                    mode = modeAfter(keyword);
                    return Token.of(keyword, keyword.spelling(), place);
                }
            }
        }
        int string = stringLength(input);
        if (string > 0) {
            String quoted = input.take(string);
            return new Token(Kind.STRING, quoted, Escapes.decode(quoted.substring(1, string - 1), place), 0, place);
        }
        if (c == '\'') {
            return Literals.character(input);
        }
        if (c == '&') {
            int reference = labelLength(input, 1);
            if (reference > 0) {
                return Token.of(Kind.LABEL_REFERENCE, input.take(1 + reference).substring(1), place);
            }
            int path = pathReferenceLength(input);
            if (path > 0) {
                return Token.of(Kind.PATH_REFERENCE, input.take(path).substring(2, path - 1), place);
            }
        }
        return inMode(input, place);
    }

    private Mode modeAfter(Kind keyword) {
        return switch (keyword) {
            case V1, MEMRESERVE, BITS -> Mode.VALUE;
            case DELETE_PROPERTY, DELETE_NODE, OMIT -> Mode.NAME;
            default -> mode;
        };
    }

    private Token inMode(Input input, Place place) {
        int c = input.peek(0);
        if (mode == Mode.NAME) {
            int escaped = c == '\\' ? 1 : 0;
            int length = nameLength(input, escaped);
            if (length > escaped) {
                mode = Mode.VALUE;
                return Token.of(Kind.NAME, input.take(length).substring(escaped), place);
            }
        } else if (mode == Mode.BYTES && isHex(c) && isHex(input.peek(1))) {
            String digits = input.take(2);
            return new Token(Kind.BYTE, digits, Bytes.EMPTY, Integer.parseInt(digits, 16), place);
        } else if (mode == Mode.VALUE && isDigit(c)) {
            return Literals.number(input);
        }
        for (String symbol : LONG_SYMBOLS) {
            if (input.startsWith(symbol)) {
                return Token.of(Kind.SYMBOL, input.take(2), place);
            }
        }
        String symbol = input.take(1);
        mode = switch (symbol) {
            case "[" -> Mode.BYTES;
            case "]" -> Mode.VALUE;
            case "{", ";" -> Mode.NAME;
            default -> mode;
        };
        return Token.of(Kind.SYMBOL, symbol, place);
    }

    /** Length of the string with its quotes, 0 if there is none. */
    private static int stringLength(Input input) {
        if (input.peek(0) != '"') {
            return 0;
        }
        int at = 1;
        while (input.peek(at) != '"') {
            if (input.peek(at) == '\\') {
                at++;
                if (input.peek(at) == '\n') {
                    throw input.place().error("string with a line feed after '\\', expected an escape");
                }
            }
            if (input.peek(at) < 0) {
                throw input.place().error("string without an end, expected '\"'");
            }
            at++;
        }
        return at + 1;
    }

    private static int labelLength(Input input, int from) {
        int at = from;
        while (isLetter(input.peek(at)) || input.peek(at) == '_' || at > from && isDigit(input.peek(at))) {
            at++;
        }
        return at - from;
    }

    private static int nameLength(Input input, int from) {
        int at = from;
        while (isNameCharacter(input.peek(at))) {
            at++;
        }
        return at;
    }

    private static int pathReferenceLength(Input input) {
        if (input.peek(1) != '{') {
            return 0;
        }
        int at = 2;
        while (isNameCharacter(input.peek(at)) || input.peek(at) == '/') {
            at++;
        }
        return at > 2 && input.peek(at) == '}' ? at + 1 : 0;
    }

    private static String utf8(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static boolean isNameCharacter(int c) {
        return isLetter(c) || isDigit(c) || c > 0 && ",._+*#?@-".indexOf(c) >= 0;
    }

    private static boolean isLetter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    static boolean isHex(int c) {
        return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }
}
