package dev.igvmtool.host.config.file;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Node;
import dev.igvmtool.host.config.Processor;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.host.config.VmConfigBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Reads processors, memory and their nodes: lists of each, or numbers that are spread over nodes. */
final class TopologyReader {
    /** More than the boot shim takes, to see it refuse. */
    private static final int MAX_PROCESSORS = 4096;

    private static final int MAX_NODE = 0xffff;
    private static final long U32 = 0xffff_ffffL;

    private final Fields top;
    private final VmConfigBuilder builder;

    TopologyReader(Fields top, VmConfigBuilder builder) {
        this.top = top;
        this.builder = builder;
    }

    void read() {
        boolean counted = true;
        if (top.optional("processors").orElse(null) instanceof Node.Sequence list) {
            builder.processors(processors(list));
            counted = false;
        } else {
            top.optional("processors").ifPresent(this::count);
        }
        if (top.has("ram") && top.has("memory")) {
            throw top.at("memory", "'memory' and 'ram' say the same, expected one of them");
        }
        top.optional("ram").ifPresent(list -> builder.ram(ram(list)));
        top.optional("memory").ifPresent(size -> builder.memory(Fields.size(size, "memory")));
        if (top.has("nodes")) {
            if (!counted && top.has("ram")) {
                throw top.at("nodes", "'nodes' would have no effect: processors and ram are lists that name theirs");
            }
            builder.nodes(positive(top.required("nodes"), "nodes", MAX_PROCESSORS));
        }
        check();
    }

    /** What cannot be spread is better refused here than without a place. */
    private void check() {
        try {
            builder.build();
        } catch (IgvmToolException e) {
            String field = top.has("nodes") ? "nodes" : top.has("processors") ? "processors" : "memory";
            throw top.at(field, e.getMessage());
        }
    }

    private static int positive(Node node, String field, long max) {
        long value = Fields.number(node, field, max);
        if (value == 0) {
            throw Fields.expected(node, "1 to " + max, "'" + field + "'");
        }
        return (int) value;
    }

    private void count(Node node) {
        if (!(node instanceof Node.Mapping)) {
            builder.vpCount(positive(node, "processors", MAX_PROCESSORS));
            return;
        }
        Fields fields = Fields.withNulls(node, Shapes.PROCESSOR_COUNT);
        int count = positive(fields.required("count"), "count", MAX_PROCESSORS);
        long first = number(fields, "first_apic_id", 0, U32);
        long step = number(fields, "apic_id_step", 1, U32);
        if (step == 0 && count > 1 || first + (count - 1) * step > U32) {
            throw DocumentException.at(
                    fields.place(),
                    String.format(
                            "APIC ids of %d processors from %d in steps of %d are not different numbers of 32 bits",
                            count, first, step));
        }
        builder.vpCount(count).apicIds((int) first, (int) step);
    }

    private static List<Processor> processors(Node.Sequence list) {
        int count = list.elements().size();
        if (count == 0 || count > MAX_PROCESSORS) {
            throw DocumentException.at(
                    list.place(), "'processors' has " + count + " elements, expected 1 to " + MAX_PROCESSORS);
        }
        List<Processor> processors = new ArrayList<>();
        for (Node element : list.elements()) {
            Fields fields = Fields.withNulls(element, Shapes.PROCESSOR);
            int index = processors.size();
            if (number(fields, "index", index, U32) != index) {
                throw fields.at(
                        "index",
                        "'index' of a processor is "
                                + Long.toUnsignedString(number(fields, "index", index, U32))
                                + ", expected its place in the list, " + index);
            }
            int apicId = (int) number(fields, "apic_id", index, U32);
            processors.add(new Processor(apicId, (int) number(fields, "node", 0, MAX_NODE)));
        }
        return processors;
    }

    private static long number(Fields fields, String field, long otherwise, long max) {
        return fields.optional(field)
                .map(node -> Fields.number(node, field, max))
                .orElse(otherwise);
    }

    /** In any order; the host sorts them. */
    private static List<RamRange> ram(Node list) {
        List<RamRange> ranges = new ArrayList<>();
        TreeMap<Long, GpaRange> taken = new TreeMap<>();
        for (Node element : Ranges.elements(list, "ram")) {
            Fields fields = Fields.withNulls(element, Shapes.RAM);
            GpaRange range = Ranges.range(fields);
            if (range.isEmpty()) {
                throw DocumentException.at(fields.place(), "a range of 'ram' is empty");
            }
            var before = taken.lowerEntry(range.end());
            if (before != null && before.getValue().overlaps(range)) {
                throw DocumentException.at(
                        fields.place(), "a range of 'ram', " + range + ", overlaps another, " + before.getValue());
            }
            taken.put(range.start(), range);
            ranges.add(new RamRange(range, (int) number(fields, "node", 0, MAX_NODE)));
        }
        if (ranges.isEmpty()) {
            throw DocumentException.at(list.place(), "'ram' is empty, expected at least one range");
        }
        ranges.sort((a, b) -> Long.compare(a.range().start(), b.range().start()));
        return ranges;
    }
}
