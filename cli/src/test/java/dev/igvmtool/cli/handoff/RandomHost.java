package dev.igvmtool.cli.handoff;

import dev.igvmtool.abi.binary.GpaRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A host configuration by a seed, of the form of the recorded ones: what hosts do decide, in combinations that nobody has
 * recorded. Some cannot be booted.
 */
final class RandomHost {
    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;
    private static final long FOUR_GIB = 4 * GIB;
    private static final long MMIO_HOLE = 0xf800_0000L;

    private final Random random;
    private final GpaRange required;
    private final List<String> fields = new ArrayList<>();
    private final int nodes;
    private long ramEnd;

    private RandomHost(long seed, String isolation, GpaRange required) {
        this.random = new Random(seed * 7919 + 13);
        this.required = required;
        this.nodes = (int) any(1, 1, 1, 2, 3, 4, 8);
        fields.add("\"isolation\": \"" + isolation + "\"");
    }

    /**
     * The configuration as JSON.
     *
     * @param required memory of VTL2 as the image requires it
     */
    static String json(long seed, String isolation, GpaRange required) {
        RandomHost host = new RandomHost(seed, isolation, required);
        host.processors();
        host.ram();
        host.vtl2();
        host.mmio();
        host.texts();
        host.hypervisor(isolation);
        return "{" + String.join(",\n ", host.fields) + "}";
    }

    private long any(long... values) {
        return values[random.nextInt(values.length)];
    }

    private String any(String... values) {
        return values[random.nextInt(values.length)];
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    private void add(String name, Object value) {
        fields.add("\"" + name + "\": " + value);
    }

    private static String hex(long value) {
        return String.format("\"0x%x\"", value);
    }

    private static String range(long start, long sizeBytes) {
        return "{\"start\": " + hex(start) + ", \"size\": " + hex(sizeBytes) + "}";
    }

    private void processors() {
        int count = (int) any(1, 2, 3, 4, 8, 16, 33, 48, 65);
        long step = any(1, 1, 1, 2);
        boolean alternating = chance(0.3);
        int run = (count + nodes - 1) / nodes;
        List<String> processors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int node = alternating ? i % nodes : i / run;
            processors.add("{\"apic_id\": " + i * step + ", \"node\": " + node + "}");
        }
        add("processors", processors);
    }

    private void ram() {
        long low = any(GIB, 2 * GIB, MMIO_HOLE, GIB / 2, GIB + 64 * MIB);
        List<String> ranges = new ArrayList<>();
        ranges.add("{\"start\": \"0x0\", \"size\": " + hex(low) + ", \"node\": 0}");
        long at = chance(0.3) ? low + MIB : FOUR_GIB;
        for (int node = 1; node < nodes; node++) {
            for (long parts = any(1, 1, 2, 3); parts > 0; parts--) {
                long size = any(GIB / 2, 0x1012_3000L, 0x200_7000L, GIB, 0x640_7000L, FOUR_GIB + 0x12_3000L);
                if (at < FOUR_GIB && at + size > MMIO_HOLE) {
                    at = FOUR_GIB;
                }
                ranges.add("{\"start\": " + hex(at) + ", \"size\": " + hex(size) + ", \"node\": " + node + "}");
                at += size + (chance(0.3) ? MIB : 0);
            }
        }
        ramEnd = Math.max(at, FOUR_GIB);
        add("ram", ranges);
    }

    private void vtl2() {
        long aligned = ramEnd + 2 * MIB & -2 * MIB;
        String mode = any("file", "file", "file", "vtl2-allocate", "vtl2-allocate", "memory-layout", "absolute");
        String more =
                switch (mode) {
                    case "vtl2-allocate" ->
                        (chance(0.7) ? ", \"size\": " + hex(required.size() + any(0, 0x1000, GIB / 4, -0x1000)) : "")
                                + (chance(0.2) ? ", \"mmio_size\": " + hex(any(0, 128 * MIB, GIB)) : "");
                    case "memory-layout" ->
                        ", \"address\": " + hex(any(0x21_0000_0000L, aligned, aligned + GIB))
                                + (chance(0.5) ? ", \"size\": " + hex(required.size() + any(0, GIB / 4)) : "");
                    case "absolute" -> ", \"address\": " + hex(any(0xa00_0000, 0x820_0000, GIB / 2, FOUR_GIB));
                    default -> "";
                };
        add("vtl2_base", "{\"mode\": \"" + mode + "\"" + more + "}");
        if (chance(0.15)) {
            add("vtl2_protectable_override", List.of(range(required.start(), required.size() + any(0, 16 * MIB))));
        }
    }

    private void mmio() {
        String high = chance(0.85) ? range(0x80_0000_0000L, any(GIB / 2, 192 * MIB, 2 * GIB, FOUR_GIB)) : "null";
        String vtl2 = chance(0.6) ? range(0x90_0000_0000L, any(GIB, 128 * MIB)) : "null";
        add(
                "mmio",
                "{\"chipset_low\": " + range(MMIO_HOLE, 128 * MIB) + ", \"chipset_high\": " + high + ", \"vtl2\": "
                        + vtl2 + "}");
    }

    private void texts() {
        add(
                "com",
                chance(0.85)
                        ? "{\"port\": " + any(0x3e8, 0x3e8, 0x2f8, 0x3f8) + ", \"irq\": 4, \"baud\": "
                                + any(115200, 9600, 57600) + "}"
                        : "null");
        String text = any(
                "",
                "OPENHCL_SIDECAR=log",
                "OPENHCL_SIDECAR=off,log",
                "OPENHCL_IGVM_VTL2_GPA_POOL_CONFIG=debug",
                "OPENHCL_IGVM_VTL2_GPA_POOL_CONFIG=700 OPENHCL_VTL2_GPA_POOL_NUMA=split",
                "OPENHCL_ENABLE_VTL2_GPA_POOL=off",
                "OPENHCL_CONFIDENTIAL_DEBUG=1\\tX=1",
                "OPENHCL_VTL2_GPA_POOL_NUMA=other",
                "a b  c\\u00a0d",
                "OPENHCL_ENABLE_VTL2_GPA_POOL=4503599627370497");
        add("command_line", "\"" + text + "\"");
        add("vmbus_redirect", chance(0.4));
        String tree = "\"keep_alive\": " + chance(0.5)
                + (chance(0.3) ? ", \"total-pages\": " + any(0, 100, 512, 100000) : "")
                + (chance(0.3) ? ", \"vtl0-alias-map\": \"0x4000000000\"" : "");
        add("host_tree", "{" + tree + "}");
    }

    private void hypervisor(String isolation) {
        add("x2apic", chance(0.8));
        add("physical_address_bits", any(36, 40, 46, 48, 52));
        add("vtl0_alias_map_available", chance(0.8));
        add("active_vtl", chance(0.1) ? 0 : 2);
        add(
                "reference_time",
                "{\"first\": " + (random.nextLong() >>> 24) + ", \"step\": " + random.nextInt(10_000_000) + "}");
        if (isolation.equals("tdx")) {
            add(
                    "tsc",
                    "{\"first\": " + (random.nextLong() >>> 20) + ", \"step\": 5000, \"cpuid_15_ebx\": "
                            + any(80, 100, 0) + "}");
        }
    }
}
