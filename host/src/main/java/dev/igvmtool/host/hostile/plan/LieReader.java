package dev.igvmtool.host.hostile.plan;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Node;
import dev.igvmtool.document.Variant;
import dev.igvmtool.host.hostile.Lie;
import dev.igvmtool.host.hostile.PageDeed;
import dev.igvmtool.host.hostile.PagePlace;
import dev.igvmtool.machine.partition.HostConduct;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Reads one lie: an object with its kind as the only key. */
final class LieReader {
    private static final Pattern HEX = Pattern.compile("([0-9a-fA-F]{2})+");
    private static final long U16 = 0xffff;
    private static final long U32 = 0xffff_ffffL;
    private static final long U64 = -1;
    private static final int PAGE = 4096;

    /** More than any area for a device tree holds. */
    private static final int MAX_TREE = 1 << 20;

    private static final int MAX_CALL = 1 << 20;

    private LieReader() {}

    static Lie read(Node node) {
        Variant lie = Variant.read(node, Shapes.LIE);
        Node body = lie.fields();
        return switch (lie.name()) {
            case "tree-source" -> new Lie.TreeSource(Fields.text(body, lie.name()));
            case "tree-bytes" -> treeBytes(new Fields(body, Shapes.TREE_BYTES, true));
            case "tree-size" -> new Lie.TreeSize((int) Fields.number(body, lie.name(), MAX_TREE));
            case "cpuid" -> cpuid(new Fields(body, Shapes.CPUID, true));
            case "msr" -> msr(new Fields(body, Shapes.MSR, true));
            case "hypercall" -> hypercall(new Fields(body, Shapes.HYPERCALL, true));
            case "ghcb" -> ghcb(new Fields(body, Shapes.GHCB, true));
            case "vmcall" -> vmcall(new Fields(body, Shapes.VMCALL, true));
            default -> page(new Fields(body, Shapes.PAGE, true));
        };
    }

    private static Lie treeBytes(Fields fields) {
        Bytes value = hex(fields, "value");
        return new Lie.TreeBytes((int) number(fields, "offset", MAX_TREE - value.size()), value);
    }

    private static Lie cpuid(Fields fields) {
        return new Lie.Cpuid(
                (int) number(fields, "leaf", U32),
                optional(fields, "subleaf", U32),
                optional(fields, "eax", U32),
                optional(fields, "ebx", U32),
                optional(fields, "ecx", U32),
                optional(fields, "edx", U32));
    }

    private static Lie msr(Fields fields) {
        return new Lie.MsrValue((int) number(fields, "number", U32), number(fields, "value", U64));
    }

    private static Lie hypercall(Fields fields) {
        Optional<Bytes> output = fields.has("output") ? Optional.of(hex(fields, "output")) : Optional.empty();
        return new Lie.Hypercall(
                (int) number(fields, "code", U16),
                call(fields),
                new HostConduct.HypercallAnswer(
                        optional(fields, "status", U16), optional(fields, "reps", 0xfff), output));
    }

    private static Lie ghcb(Fields fields) {
        return new Lie.Ghcb((int) number(fields, "request", 0xfff), call(fields), number(fields, "answer", U64));
    }

    private static Lie vmcall(Fields fields) {
        return new Lie.Vmcall(number(fields, "function", U64), call(fields), number(fields, "status", U64));
    }

    private static Lie page(Fields fields) {
        if (fields.has("gpa") == fields.has("place")) {
            throw DocumentException.at(fields.place(), "'page' needs one of gpa and place");
        }
        PagePlace place = fields.has("gpa")
                ? new PagePlace.Gpa(number(fields, "gpa", U64))
                : PlanReader.choice(fields.required("place"), Shapes.PLACE, PagePlace.Named.class);
        return new Lie.Page(fields.requiredText("after"), place, deed(fields));
    }

    private static PageDeed deed(Fields fields) {
        Variant deed = Variant.read(fields.required("do"), Shapes.DEED).unit();
        if (!deed.name().equals("write")) {
            return PlanReader.choice(fields.required("do"), Shapes.DEED, PageDeed.Plain.class);
        }
        Bytes value = hex(fields, "value");
        int offset = optional(fields, "offset", PAGE).orElse(0);
        if (offset + value.size() > PAGE) {
            throw fields.at("value", "'value' reaches past the end of the page");
        }
        return new PageDeed.Write(offset, value);
    }

    private static int call(Fields fields) {
        return optional(fields, "call", MAX_CALL).orElse(Lie.EVERY_CALL);
    }

    private static long number(Fields fields, String field, long max) {
        return Fields.number(fields.required(field), field, max);
    }

    private static OptionalInt optional(Fields fields, String field, long max) {
        return fields.has(field) ? OptionalInt.of((int) number(fields, field, max)) : OptionalInt.empty();
    }

    private static Bytes hex(Fields fields, String field) {
        String digits = fields.requiredText(field);
        if (!HEX.matcher(digits).matches()) {
            throw Fields.expected(fields.required(field), "pairs of hexadecimal digits", "'" + field + "'");
        }
        return Bytes.fromHex(digits);
    }
}
