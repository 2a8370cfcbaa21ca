package dev.igvmtool.devicetree.check;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.Node;
import dev.igvmtool.devicetree.Property;
import dev.igvmtool.devicetree.binding.BootTree;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the paravisor requires of the tree that the boot shim leaves: each piece of memory by itself, then the whole. */
final class KernelRules {
    private static final String OPENHCL = "/openhcl";

    private final Fdt tree;
    private final Findings findings;
    private final Map<Long, Integer> counts = new HashMap<>();

    KernelRules(Fdt tree, Findings findings) {
        this.tree = tree;
        this.findings = findings;
    }

    void check() {
        Optional<Node> found = tree.root().child("openhcl");
        if (found.isEmpty()) {
            findings.error("kernel-openhcl", "/", "no node openhcl");
            return;
        }
        Node openhcl = found.orElseThrow();
        choice(openhcl, "isolation-type", List.of("none", "vbs", "snp", "tdx", "cca"));
        choice(openhcl, "memory-allocation-mode", List.of("host", "vtl2"));
        for (Node memory : openhcl.childrenOf("memory")) {
            String path = OPENHCL + "/" + memory.name();
            findings.check("kernel-memory", path, () -> memory(memory));
        }
        count(MemoryVtlType.VTL2_RESERVED, 0);
        count(MemoryVtlType.VTL2_PERSISTED_STATE_HEADER, 1);
        count(MemoryVtlType.VTL2_PERSISTED_STATE_PROTOBUF, 1);
        if (!findings.hasErrors()) {
            findings.check("kernel-contract", "/", () -> BootTree.of(tree));
        }
    }

    private void choice(Node node, String property, List<String> expected) {
        findings.check("kernel-" + property, OPENHCL, () -> {
            String value = node.require(property).string();
            if (!expected.contains(value)) {
                throw new FormatException(property + " is \"" + value + "\", expected " + String.join(", ", expected));
            }
        });
    }

    private void memory(Node memory) {
        long type = memory.require("openhcl,memory-type").u32();
        counts.merge(type, 1, Integer::sum);
        Property reg = memory.require("reg");
        if (reg.u64Count() != 2) {
            throw new FormatException("reg has " + reg.u64Count() + " values of 64 bits, expected 2");
        }
        Optional<MemoryVtlType> known = MemoryVtlType.of((int) type);
        if (known.isEmpty()) {
            throw new FormatException("openhcl,memory-type is " + type + ", which is not known");
        }
        boolean mmio = known.orElseThrow() == MemoryVtlType.VTL0_MMIO || known.orElseThrow() == MemoryVtlType.VTL2_MMIO;
        if (!mmio) {
            memory.require("numa-node-id").u32();
            memory.require("microsoft,igvm-type").u32();
        }
    }

    private void count(MemoryVtlType type, int least) {
        int count = counts.getOrDefault((long) type.value(), 0);
        if (count < least || count > 1) {
            findings.error(
                    "kernel-memory-types",
                    OPENHCL,
                    String.format(
                            "%d ranges of type %d (%s), expected %s",
                            count, type.value(), type, least == 1 ? "exactly 1" : "at most 1"));
        }
    }
}
