package dev.igvmtool.builder.manifest;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads {@code command_line}: a string, and in our own form also a list of words, which are joined by one space and may
 * not hold control characters. For a kernel of VTL0 a list of byte values is a C string, as for igvmfilegen.
 */
final class CommandLineReader {
    private static final String FIELD = "command_line";
    private static final long U8 = 0xff;

    private final boolean own;

    CommandLineReader(boolean own) {
        this.own = own;
    }

    /** An optional command line; empty if it is absent. */
    String text(Fields fields) {
        if (!own) {
            String text = fields.textOr(FIELD, "");
            if (text.indexOf(0) >= 0) {
                // Differs: the reference takes it, and the kernel would not see what follows.
                throw fields.at(FIELD, "'command_line' has a NUL");
            }
            return text;
        }
        return fields.optional(FIELD).map(CommandLineReader::words).orElse("");
    }

    /** The command line of a kernel: no NUL in it. */
    Bytes bytes(Fields fields) {
        Optional<Node> given = own ? fields.optional(FIELD) : Optional.of(fields.required(FIELD));
        if (given.isEmpty()) {
            return Bytes.EMPTY;
        }
        Node node = given.get();
        Bytes text;
        if (node instanceof Node.Sequence list && (!own || isNumbers(list))) {
            byte[] content = new byte[list.elements().size()];
            for (int i = 0; i < content.length; i++) {
                content[i] = (byte) Fields.integer(list.elements().get(i), FIELD, U8);
            }
            text = Bytes.wrap(content);
        } else {
            text = Bytes.utf8(own ? words(node) : Fields.text(node, FIELD));
        }
        for (int i = 0; i < text.size(); i++) {
            if (text.get(i) == 0) {
                throw DocumentException.at(node.place(), "'command_line' has a NUL at byte " + i);
            }
        }
        return text;
    }

    private static boolean isNumbers(Node.Sequence list) {
        return !list.elements().isEmpty() && list.elements().get(0) instanceof Node.Numeral;
    }

    private static String words(Node node) {
        if (!(node instanceof Node.Sequence list)) {
            return checked(node, Fields.text(node, FIELD));
        }
        List<String> words = new ArrayList<>();
        for (Node element : list.elements()) {
            if (!(element instanceof Node.Text)) {
                throw Fields.expected(element, "a string", "a word of 'command_line'");
            }
            String word = checked(element, Fields.text(element, FIELD));
            if (word.isEmpty()) {
                throw DocumentException.at(element.place(), "a word of 'command_line' is empty");
            }
            words.add(word);
        }
        return String.join(" ", words);
    }

    private static String checked(Node node, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) == 0x7f) {
                throw DocumentException.at(
                        node.place(),
                        String.format(
                                "'command_line' has the control character 0x%02x at character %d",
                                (int) text.charAt(i), i));
            }
        }
        return text;
    }
}
