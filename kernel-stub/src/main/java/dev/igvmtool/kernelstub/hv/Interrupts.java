package dev.igvmtool.kernelstub.hv;

import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.kernelstub.host.Host;
import dev.igvmtool.kernelstub.host.OpenHost;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.Processor;

/** Interrupts between processors, by x2APIC where there is one, otherwise by the hypervisor's register. */
public final class Interrupts {
    /** Vector that makes a processor look for something to run. */
    public static final int RESCHEDULE = 0xfd;
    /** Vector of what the hypervisor has to say. */
    public static final int HYPERVISOR = 0xf3;
    /** Vector by which sidecar VPs tell that they are done. */
    public static final int SIDECAR = 0xf4;

    private static final int HV_ICR = 0x4000_0071;
    private static final int X2APIC = 1 << 21;
    private static final long APIC_ENABLE = 1 << 11;
    private static final long X2APIC_ENABLE = 1 << 10;
    /** Offset of the register in memory. */
    private static final int SPURIOUS_VECTOR = 0xf0;

    private static final long SPURIOUS_VECTOR_ENABLED = 0x1ff;

    private Interrupts() {}

    /** Enables the local APIC of this processor, as x2APIC if possible, otherwise by its registers in memory. */
    public static void enable(Kernel kernel) {
        Host host = kernel.host();
        long base = host.readMsr(Msr.APIC_BASE);
        if (hasX2Apic(host)) {
            host.writeMsr(Msr.APIC_BASE, base | APIC_ENABLE | X2APIC_ENABLE);
            host.writeMsr(Msr.X2APIC_SVR, SPURIOUS_VECTOR_ENABLED);
        } else {
            host.writeMsr(Msr.APIC_BASE, base | APIC_ENABLE);
            if (host instanceof OpenHost) {
                enableInMemory(kernel, base);
            }
        }
    }

    /** Only MSRs reach the APIC of a guest whose memory the host does not see. */
    private static void enableInMemory(Kernel kernel, long base) {
        kernel.tables(kernel.layout().cr3())
                .map(
                        KernelMap.APIC,
                        base & -KernelMap.PAGE,
                        KernelMap.PAGE,
                        PageTableEntry.PRESENT
                                | PageTableEntry.WRITABLE
                                | PageTableEntry.NO_EXECUTE
                                | PageTableEntry.CACHE_DISABLE);
        kernel.cpu().memory().writeU32(KernelMap.APIC + SPURIOUS_VECTOR, SPURIOUS_VECTOR_ENABLED);
        kernel.commit();
    }

    /** Sends a vector to a processor. */
    public static void send(Host host, long apicId, int vector) {
        if (hasX2Apic(host)) {
            host.writeMsr(Msr.X2APIC_ICR, apicId << 32 | vector);
        } else {
            host.writeMsr(HV_ICR, apicId << 56 | vector);
        }
    }

    /** Makes another processor look for something to run. */
    public static void reschedule(Kernel kernel, Processor target) {
        send(kernel.host(), target.apicId(), RESCHEDULE);
    }

    /** End of interrupt. */
    public static void end(Host host) {
        host.writeMsr(hasX2Apic(host) ? Msr.X2APIC_EOI : Msr.HV_EOI, 0);
    }

    private static boolean hasX2Apic(Host host) {
        return (host.cpuid(1, 0).ecx() & X2APIC) != 0;
    }
}
