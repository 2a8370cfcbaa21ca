package dev.igvmtool.bootshim;

import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.machine.guest.Cpu;

/** The hypercall page of an x64 shim, laid over its image. */
final class HypercallPage {
    /** Operating system id 1, Microsoft, in bits 40-47. */
    static final long GUEST_OS_ID = 1L << 40;

    private static final long ENABLE = 1;
    private static final long PAGE_MASK = -4096L;

    private HypercallPage() {}

    /** Names the guest and lays the page over the image. */
    static void enable(Cpu cpu) {
        cpu.writeMsr(Msr.HV_GUEST_OS_ID, GUEST_OS_ID);
        long before = cpu.readMsr(Msr.HV_HYPERCALL);
        if ((before & ENABLE) != 0) {
            throw new ShimFatalException(String.format("the hypercall page is enabled already: 0x%x", before));
        }
        long page = ShimLayout.of(cpu).at(ShimLayout.Static.HYPERCALL_PAGE);
        cpu.writeMsr(Msr.HV_HYPERCALL, before & ~PAGE_MASK | page | ENABLE);
        ShimVariables.of(cpu).set(ShimVariables.Flag.HYPERCALLS_ON);
    }

    /** Takes the page away and forgets the name. */
    static void disable(Cpu cpu) {
        long before = cpu.readMsr(Msr.HV_HYPERCALL);
        cpu.writeMsr(Msr.HV_HYPERCALL, before & ~PAGE_MASK & ~ENABLE);
        cpu.writeMsr(Msr.HV_GUEST_OS_ID, 0);
    }
}
