package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.live.Budget;
import dev.igvmtool.devicetree.live.Messages;
import dev.igvmtool.devicetree.live.Place;
import dev.igvmtool.devicetree.source.Token.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

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
    private final Budget budget;
    private final Messages messages;
    private final Literals literals;
    private final Deque<Input> inputs = new ArrayDeque<>();
    private Mode mode = Mode.VALUE;

    Lexer(Input main, SourceFiles files, Budget budget, Messages messages) {
        this.files = files;
        this.budget = budget;
        this.messages = messages;
        this.literals = new Literals(messages);
        inputs.push(main);
    }

    /** Finds a file that the source names, on behalf of the file being read. */
    SourceFiles.Found find(String name, long limitBytes) {
        return files.find(name, inputs.element().path, limitBytes);
    }

    /** How far reading has come. */
    Place place() {
        return inputs.element().place();
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
                        throw new SourceError(start, "comment without an end", true);
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
        int length = stringLength(input, 0);
        if (length == 0) {
            throw new SourceError(place, "/include/ without a file name, expected a string", true);
        }
        String quoted = input.take(length);
        String name = utf8(quoted.substring(1, length - 1));
        try {
            budget.include(inputs.size());
            SourceFiles.Found found = find(name, budget.remainingSource());
            budget.source(found.content().size());
            inputs.push(new Input(found.name(), found.content()));
        } catch (FormatException e) {
            throw new SourceError(input.since(place), e.getMessage(), true);
        }
        return true;
    }

    /** A line directive of the C preprocessor: {@code # 1 "file" 2}. */
    private boolean lineDirective(Input input) {
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
        Place start = input.place();
        int close = quote + stringLength(input, quote) - 1;
        String directive = input.take(close + 1);
        while (input.peek(0) >= 0 && input.peek(0) != '\n') {
            input.skip(1); // flags
        }
        Bytes name = Escapes.decode(directive.substring(quote + 1, close), input.since(start));
        if (IntStream.range(0, name.size()).anyMatch(i -> name.u8(i) == 0)) {
            messages.error(input.since(start), "line directive with a NUL in its file name");
        }
        input.renumber(name.toUtf8(), Integer.parseInt(directive.substring(digits, end)));
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
        Place start = input.place();
        int label = labelLength(input, 0);
        if (label > 0 && input.peek(label) == ':') {
            String name = input.take(label);
            input.skip(1);
            return Token.of(Kind.LABEL, name, input.since(start));
        }
        int c = input.peek(0);
        if (c == '/') {
            for (Kind keyword : KEYWORDS) {
                if (input.startsWith(keyword.spelling())) {
                    input.skip(keyword.spelling().length());
                    mode = modeAfter(keyword);
                    return Token.of(keyword, keyword.spelling(), input.since(start));
                }
            }
        }
        int string = stringLength(input, 0);
        if (string > 0) {
            String quoted = input.take(string);
            Place place = input.since(start);
            return new Token(Kind.STRING, quoted, Escapes.decode(quoted.substring(1, string - 1), place), 0, place);
        }
        if (c == '\'') {
            return literals.character(input);
        }
        if (c == '&') {
            int reference = labelLength(input, 1);
            if (reference > 0) {
                String text = input.take(1 + reference).substring(1);
                return Token.of(Kind.LABEL_REFERENCE, text, input.since(start));
            }
            int path = pathReferenceLength(input);
            if (path > 0) {
                String text = input.take(path).substring(2, path - 1);
                return Token.of(Kind.PATH_REFERENCE, text, input.since(start));
            }
        }
        return inMode(input, start);
    }

    private Mode modeAfter(Kind keyword) {
        return switch (keyword) {
            case V1, MEMRESERVE, BITS -> Mode.VALUE;
            case DELETE_PROPERTY, DELETE_NODE, OMIT -> Mode.NAME;
            default -> mode;
        };
    }

    private Token inMode(Input input, Place start) {
        int c = input.peek(0);
        if (mode == Mode.NAME) {
            int escaped = c == '\\' ? 1 : 0;
            int length = nameLength(input, escaped);
            if (length > escaped) {
                mode = Mode.VALUE;
                String name = input.take(length).substring(escaped);
                return Token.of(Kind.NAME, name, input.since(start));
            }
        } else if (mode == Mode.BYTES && isHex(c) && isHex(input.peek(1))) {
            String digits = input.take(2);
            return new Token(Kind.BYTE, digits, Bytes.EMPTY, Integer.parseInt(digits, 16), input.since(start));
        } else if (mode == Mode.VALUE && isDigit(c)) {
            return literals.number(input);
        }
        for (String symbol : LONG_SYMBOLS) {
            if (input.startsWith(symbol)) {
                input.skip(symbol.length());
                return Token.of(Kind.SYMBOL, symbol, input.since(start));
            }
        }
        String symbol = input.take(1);
        mode = switch (symbol) {
            case "[" -> Mode.BYTES;
            case "]" -> Mode.VALUE;
            case "{", ";" -> Mode.NAME;
            default -> mode;
        };
        return Token.of(Kind.SYMBOL, symbol, input.since(start));
    }

    /** Length of the string {@code from} bytes on, with its quotes; 0 if there is none. */
    private static int stringLength(Input input, int from) {
        if (input.peek(from) != '"') {
            return 0;
        }
        int at = from + 1;
        while (input.peek(at) != '"') {
            if (input.peek(at) == '\\') {
                at++;
                if (input.peek(at) == '\n') {
                    throw new SourceError(
                            input.place(), "string with a line feed after '\\', expected an escape", true);
                }
            }
            if (input.peek(at) < 0) {
                throw new SourceError(input.place(), "string without an end, expected '\"'", true);
            }
            at++;
        }
        return at + 1 - from;
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
        if (input.peek(1) != '{' || input.peek(2) != '/') {
            return 0;
        }
        int at = 3;
        while (isNameCharacter(input.peek(at)) || input.peek(at) == '/') {
            at++;
        }
        return input.peek(at) == '}' ? at + 1 : 0;
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
