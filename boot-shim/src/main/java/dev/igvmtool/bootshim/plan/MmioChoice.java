package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.bootshim.plan.DebugValue.Style;
import dev.igvmtool.devicetree.binding.MemoryAllocation;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.devicetree.binding.VmbusEntry;
import java.util.ArrayList;
import java.util.List;

/** The MMIO space of both VTLs on a first boot: given by the host, or carved from what the guest has. */
record MmioChoice(List<GpaRange> vtl0, List<GpaRange> vtl2) {
    private static final long LEAST = 128L << 20;
    private static final long MOST = 1L << 30;
    private static final long HIGH = 1L << 32;

    static MmioChoice of(ShimInputs inputs, PlanLog log) {
        List<GpaRange> vtl2 = inputs.hostTree()
                .vmbusVtl2()
                .map(VmbusEntry::mmio)
                .orElseThrow(() -> new ShimFatalException("the host's device tree has no vmbus node for VTL2"));
        List<GpaRange> vtl0 = inputs.hostTree()
                .vmbusVtl0()
                .map(VmbusEntry::mmio)
                .orElseThrow(() -> new ShimFatalException("the host's device tree has no vmbus node for VTL0"));
        MemoryAllocation allocation = inputs.hostTree().allocation();
        if (inputs.isolation() == TreeIsolation.NONE && !allocation.vtl2()) {
            return new MmioChoice(vtl0, vtl2);
        }
        long given = vtl2.stream().mapToLong(GpaRange::size).sum();
        long asked = allocation.mmioSize().orElse(0);
        long size = given != 0 ? asked : larger(asked, usual(vtl0));
        log.info("allocating vtl2 mmio size {} bytes", LogMessage.hex(size));
        log.info("host provided vtl2 mmio ranges are {} bytes", LogMessage.hex(given));
        if (given == 0) {
            return carve(vtl0, size, log);
        }
        if (Long.compareUnsigned(given, size) < 0) {
            throw new ShimFatalException(
                    String.format("host gives VTL2 0x%x bytes of MMIO, but asks it to have 0x%x", given, size));
        }
        log.info("using host provided vtl2 mmio: {}", DebugValue.of(vtl2).show(Style.HEX));
        return new MmioChoice(vtl0, vtl2);
    }

    /** What VTL2 has if nobody says more: half of VTL0's second range, within limits. */
    private static long usual(List<GpaRange> vtl0) {
        if (vtl0.size() < 2) {
            throw new ShimFatalException("VTL0 has " + vtl0.size() + " MMIO ranges, expected 2 to take VTL2's from");
        }
        return Math.min(Math.max(vtl0.get(1).size() >>> 1, LEAST), MOST);
    }

    private static long larger(long a, long b) {
        return Long.compareUnsigned(a, b) > 0 ? a : b;
    }

    private static MmioChoice carve(List<GpaRange> vtl0, long size, PlanLog log) {
        log.info("no vtl2 mmio provided by host, allocating from vtl0 mmio");
        int high = -1;
        for (int i = 0; i < vtl0.size(); i++) {
            if (Long.compareUnsigned(vtl0.get(i).start(), HIGH) >= 0) {
                high = i;
            }
        }
        if (high < 0 || Long.compareUnsigned(vtl0.get(high).size(), size) < 0) {
            throw new ShimFatalException(
                    String.format("VTL0 has no high MMIO range of 0x%x bytes for VTL2: %s", size, vtl0));
        }
        GpaRange from = vtl0.get(high);
        long split = from.end() - size;
        List<GpaRange> rest = new ArrayList<>(vtl0);
        rest.set(high, new GpaRange(from.start(), split));
        rest.removeIf(GpaRange::isEmpty);
        if (rest.size() != 2) {
            throw new ShimFatalException("taking MMIO for VTL2 leaves VTL0 with " + rest + ", expected 2 ranges");
        }
        List<GpaRange> taken = List.of(new GpaRange(split, from.end()));
        log.info(
                "vtl0 mmio: {}, vtl2 mmio: {}",
                DebugValue.of(rest).show(Style.HEX),
                DebugValue.of(taken).show(Style.HEX));
        return new MmioChoice(rest, taken);
    }
}
