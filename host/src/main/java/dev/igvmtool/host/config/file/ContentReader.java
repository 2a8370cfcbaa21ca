package dev.igvmtool.host.config.file;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Node;
import dev.igvmtool.host.acpi.Pptt;
import dev.igvmtool.host.acpi.Slit;
import dev.igvmtool.host.config.SeededBytes;
import dev.igvmtool.host.config.VmConfigBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads what is bytes in the end: as hexadecimal digits, from a file, or as what the bytes are made of. */
final class ContentReader {
    private static final Pattern HEX = Pattern.compile("([0-9a-fA-F]{2})*");

    /** The device tree has no room for more. */
    private static final int MAX_ENTROPY = 1 << 16;

    private static final int MAX_THREADS = 128;
    private static final int MAX_CORES = 4096;

    private final NamedFiles files;

    ContentReader(NamedFiles files) {
        this.files = files;
    }

    /** The bytes that a string of digits gives, if the value is a string. */
    private static Optional<Bytes> digits(Node node, String field) {
        if (!(node instanceof Node.Text text)) {
            return Optional.empty();
        }
        if (!HEX.matcher(text.value()).matches()) {
            throw Fields.expected(node, "pairs of hexadecimal digits", "'" + field + "'");
        }
        return Optional.of(Bytes.fromHex(text.value()));
    }

    Bytes entropy(Node node) {
        return digits(node, "entropy").orElseGet(() -> {
            Fields fields = Fields.withNulls(node, Shapes.ENTROPY);
            if (fields.has("file")) {
                return files.read(fields.required("file"), "file");
            }
            long seed = Fields.number(fields.required("seed"), "seed", -1L);
            int size = fields.optional("size")
                    .map(it -> (int) Fields.number(it, "size", MAX_ENTROPY))
                    .orElse(VmConfigBuilder.ENTROPY_BYTES);
            return SeededBytes.of(seed, size);
        });
    }

    Bytes slit(Node node) {
        return digits(node, "slit").orElseGet(() -> {
            Fields fields = Fields.withNulls(node, Shapes.SLIT);
            return fields.has("file")
                    ? files.read(fields.required("file"), "file")
                    : Slit.of(distances(fields.required("distances")));
        });
    }

    private static List<List<Integer>> distances(Node node) {
        List<Node> rows = Ranges.elements(node, "distances");
        List<List<Integer>> distances = new ArrayList<>();
        for (Node row : rows) {
            List<Node> elements = Ranges.elements(row, "distances");
            if (elements.size() != rows.size()) {
                throw DocumentException.at(
                        row.place(),
                        "a row of 'distances' has " + elements.size() + " elements, expected one for each of "
                                + rows.size() + " nodes");
            }
            List<Integer> values = new ArrayList<>();
            for (Node element : elements) {
                int value = (int) Fields.number(element, "distances", Slit.UNREACHABLE);
                boolean local = values.size() == distances.size();
                if (value < Slit.LOCAL || local && value != Slit.LOCAL) {
                    throw DocumentException.at(
                            element.place(),
                            "distance is " + value + ", expected "
                                    + (local ? "10, of a node from itself" : "10 to 255"));
                }
                values.add(value);
            }
            distances.add(values);
        }
        return distances;
    }

    void pptt(Node node, VmConfigBuilder builder) {
        Optional<Bytes> given = digits(node, "pptt");
        if (given.isPresent()) {
            builder.pptt(given.get());
            return;
        }
        Fields fields = Fields.withNulls(node, Shapes.PPTT);
        if (fields.has("file")) {
            builder.pptt(files.read(fields.required("file"), "file"));
            return;
        }
        builder.packing(new Pptt.Packing(
                count(fields, "threads_per_core", MAX_THREADS), count(fields, "cores_per_package", MAX_CORES)));
    }

    private static int count(Fields fields, String field, int max) {
        Node node = fields.required(field);
        int value = (int) Fields.number(node, field, max);
        if (value == 0) {
            throw Fields.expected(node, "1 to " + max, "'" + field + "'");
        }
        return value;
    }
}
