package dev.igvmtool.paravisor.vtl0;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.paravisor.config.PartitionView;
import java.util.ArrayList;
import java.util.List;

/** Memory type range registers as firmware leaves them: memory write-back, everything else uncached. */
final class Mtrrs {
    private static final long ENABLED_WITH_FIXED_RANGES = 0xc00;
    private static final long WRITE_BACK = 6;
    private static final long WRITE_BACK_EIGHT_TIMES = 0x0606_0606_0606_0606L;
    private static final long MASK_VALID = 1 << 11;
    private static final long FIRST_RANGE_END = 128L << 20;

    private static final int FIXED_4K_RANGES = 8;

    private Mtrrs() {}

    /** True for the name of such a register. */
    static boolean isMtrr(int name) {
        return name >= RegisterName.MTRR_CAP && name < RegisterName.MTRR_FIX_4K_C0000 + FIXED_4K_RANGES;
    }

    /** Default type and the lowest 640 KiB. */
    static List<RegisterAssociation> fixed() {
        return List.of(
                register(RegisterName.MTRR_DEF_TYPE, ENABLED_WITH_FIXED_RANGES),
                register(RegisterName.MTRR_FIX_64K_00000, WRITE_BACK_EIGHT_TIMES),
                register(RegisterName.MTRR_FIX_16K_80000, WRITE_BACK_EIGHT_TIMES));
    }

    /**
     * At most four ranges: 128 MiB from 0; up to the low MMIO range; between the MMIO ranges; above the high one. Each
     * starts where it has to and is as large as the highest address asks for, rounded up to a power of two.
     */
    static List<RegisterAssociation> variable(PartitionView view, int physicalAddressBits) {
        List<RegisterAssociation> registers = new ArrayList<>();
        long end = view.endOfVtl0Ram();
        GpaRange low = view.lowMmio();
        GpaRange high = view.highMmio();
        add(registers, 0, FIRST_RANGE_END - 1, physicalAddressBits);
        if (end > FIRST_RANGE_END) {
            add(registers, FIRST_RANGE_END, (low.isEmpty() ? end : low.start()) - 1, physicalAddressBits);
        }
        if (!low.isEmpty() && end > low.end()) {
            add(registers, low.end(), (high.isEmpty() ? end : high.start()) - 1, physicalAddressBits);
        }
        if (!high.isEmpty() && end > high.end()) {
            add(registers, high.end(), (1L << physicalAddressBits) - 1, physicalAddressBits);
        }
        return registers;
    }

    private static void add(List<RegisterAssociation> registers, long base, long lastAddress, int bits) {
        int pair = registers.size() / 2;
        registers.add(register(RegisterName.MTRR_PHYS_BASE0 + pair, base | WRITE_BACK));
        long covered = (Long.highestOneBit(lastAddress) << 1) - 1;
        long mask = (1L << bits) - 1 & ~covered;
        registers.add(register(RegisterName.MTRR_PHYS_MASK0 + pair, mask | MASK_VALID));
    }

    private static RegisterAssociation register(int name, long value) {
        return new RegisterAssociation(name, RegisterValue.of(value));
    }
}
