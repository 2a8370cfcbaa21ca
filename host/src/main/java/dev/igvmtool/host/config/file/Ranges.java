package dev.igvmtool.host.config.file;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Ranges of addresses: a start, and a size or an end. */
final class Ranges {
    private static final long PAGE = 4096;

    private Ranges() {}

    static GpaRange range(Node node) {
        return range(Fields.withNulls(node, Shapes.RANGE));
    }

    /** The range of the fields {@code start}, and {@code size} or {@code end}. */
    static GpaRange range(Fields fields) {
        long start = Fields.size(fields.required("start"), "start");
        if (fields.has("size") == fields.has("end")) {
            throw DocumentException.at(fields.place(), fields.what() + " has a 'size' or an 'end', one of them");
        }
        String field = fields.has("size") ? "size" : "end";
        long value = Fields.size(fields.required(field), field);
        long end = field.equals("end") ? value : start + value;
        // What ends past 2^63 cannot be told from what ends before its start.
        if (start < 0 || value < 0 || end < start) {
            throw DocumentException.at(
                    fields.place(),
                    String.format(
                            "%s starts at 0x%x with %s 0x%x, expected an end from its start to 2^63",
                            fields.what(), start, field, value));
        }
        if ((start | end) % PAGE != 0) {
            throw DocumentException.at(
                    fields.place(),
                    String.format("%s is 0x%x-0x%x, expected multiples of 0x1000", fields.what(), start, end));
        }
        return new GpaRange(start, end);
    }

    /** A field that may be absent or null. */
    static Optional<GpaRange> optional(Fields fields, String field) {
        return fields.optional(field).map(Ranges::range);
    }

    static List<GpaRange> list(Node node, String field) {
        List<GpaRange> ranges = new ArrayList<>();
        for (Node element : elements(node, field)) {
            ranges.add(range(element));
        }
        return ranges;
    }

    static List<Node> elements(Node node, String field) {
        if (node instanceof Node.Sequence sequence) {
            return sequence.elements();
        }
        throw Fields.expected(node, "a list", "'" + field + "'");
    }
}
