package dev.igvmtool.paravisor.config;

import dev.igvmtool.machine.guest.CpuidResult;

/**
 * How the VPs are grouped, as CPUID tells it.
 *
 * @param vpCount VPs of the partition
 * @param vpsPerSocket VPs of one package
 * @param threadsPerCore 1, or 2 with simultaneous multithreading
 * @param x2apic true if the processor offers x2APIC mode
 */
public record Topology(int vpCount, int vpsPerSocket, int threadsPerCore, boolean x2apic) {
    private static final int X2APIC = 1 << 21;

    /**
     * The topology from leaf 1 and the first two subleaves of leaf 0xB; a hypervisor without leaf 0xB has one package of
     * single threads.
     */
    public static Topology of(int vpCount, CpuidResult leaf1, CpuidResult threads, CpuidResult cores) {
        return new Topology(
                vpCount,
                orElse(cores.ebx() & 0xffff, vpCount),
                orElse(threads.ebx() & 0xffff, 1),
                (leaf1.ecx() & X2APIC) != 0);
    }

    private static int orElse(int value, int otherwise) {
        return value == 0 ? otherwise : value;
    }
}
