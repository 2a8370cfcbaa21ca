package dev.igvmtool.host.hostile.plan;

import dev.igvmtool.document.Shape;
import java.util.List;

/** Every structure and every choice of a hostile plan. */
final class Shapes {
    static final Shape PLAN = Shape.of("plan", "the plan", "name", "about", "lies", "expect");
    static final Shape LIE = Shape.of(
            "lie",
            "a lie",
            "tree-source",
            "tree-bytes",
            "tree-size",
            "cpuid",
            "msr",
            "hypercall",
            "ghcb",
            "vmcall",
            "page");
    static final Shape TREE_BYTES = Shape.of("tree_bytes", "'tree-bytes'", "offset", "value");
    static final Shape CPUID = Shape.of("cpuid", "'cpuid'", "leaf", "subleaf", "eax", "ebx", "ecx", "edx");
    static final Shape MSR = Shape.of("msr", "'msr'", "number", "value");
    static final Shape HYPERCALL = Shape.of("hypercall", "'hypercall'", "code", "call", "status", "reps", "output");
    static final Shape GHCB = Shape.of("ghcb", "'ghcb'", "request", "call", "answer");
    static final Shape VMCALL = Shape.of("vmcall", "'vmcall'", "function", "call", "status");
    static final Shape PAGE = Shape.of("page", "'page'", "after", "gpa", "place", "do", "offset", "value");
    static final Shape PLACE = Shape.of("place", "'place'", "shared-import", "device-tree", "entry", "free-memory");
    static final Shape DEED = Shape.of("deed", "'do'", "write", "withhold", "replay", "share");
    static final Shape EXPECTATION =
            Shape.of("expectation", "an expectation", "isolation", "refuses", "stops", "proceeds", "says", "unchanged");
    static final Shape ISOLATION = Shape.of("isolation", "'isolation'", "none", "vbs", "snp", "tdx");
    static final Shape PRODUCT =
            Shape.of("product", "'unchanged'", "kernel-tree", "command-line", "e820", "boot-params", "guest-output");

    static final List<Shape> ALL = List.of(
            PLAN,
            LIE,
            TREE_BYTES,
            CPUID,
            MSR,
            HYPERCALL,
            GHCB,
            VMCALL,
            PAGE,
            PLACE,
            DEED,
            EXPECTATION,
            ISOLATION,
            PRODUCT);

    private Shapes() {}
}
