package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.GpaRange;
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
        long wanted = allocation.mmioSize().orElse(0);
        log.info("VTL2 is to have 0x%x bytes of MMIO", wanted);
        if (!vtl2.isEmpty()) {
            long size = vtl2.stream().mapToLong(GpaRange::size).sum();
            log.info("host gives VTL2 MMIO of 0x%x bytes: %s", size, vtl2);
            if (Long.compareUnsigned(size, wanted) < 0) {
                throw new ShimFatalException(
                        String.format("host gives VTL2 0x%x bytes of MMIO, but asks it to have 0x%x", size, wanted));
            }
            return new MmioChoice(vtl0, vtl2);
        }
        log.info("host gives VTL2 no MMIO: it is taken from VTL0's");
        return carve(vtl0, wanted, log);
    }

    private static MmioChoice carve(List<GpaRange> vtl0, long wanted, PlanLog log) {
        if (vtl0.size() < 2) {
            throw new ShimFatalException("VTL0 has " + vtl0.size() + " MMIO ranges, expected 2 to take VTL2's from");
        }
        long half = vtl0.get(1).size() >>> 1;
        long clamped = Math.min(Math.max(half, LEAST), MOST);
        long size = Long.compareUnsigned(wanted, clamped) > 0 ? wanted : clamped;
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
        GpaRange taken = new GpaRange(split, from.end());
        log.info("MMIO of VTL0 %s, of VTL2 %s", rest, taken);
        return new MmioChoice(rest, List.of(taken));
    }
}
