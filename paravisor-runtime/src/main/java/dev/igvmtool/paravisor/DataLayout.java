package dev.igvmtool.paravisor;

import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.devicetree.binding.BootTree;

/** Where things are in the program's data, from its start; and where it puts its mappings. */
final class DataLayout {
    static final int PAGE = 4096;

    /** {@link Variable}s. */
    static final int VARIABLES = 0x0000;
    /** {@link SidecarTable}. */
    static final int SIDECAR = 0x1000;
    /** Argument structure of the next system call. */
    static final int ARGUMENT = 0x2000;
    /** Path or small buffer of the next system call. */
    static final int BUFFER = 0x2100;
    /** Hypercall input. */
    static final int INPUT = 0x3000;
    /** Hypercall output. */
    static final int OUTPUT = 0x4000;
    /** Log record being written. */
    static final int LOG = 0x5000;
    /** End of what each thread has for itself; what follows is shared. */
    static final int THREAD_END = 0x6000;
    /** A thread's area: its variables and buffers, then its stack. */
    static final int THREAD_SIZE = THREAD_END + PAGE;
    /** Content of the kernel's list of online CPUs. */
    static final int ONLINE = 0x6000;
    /** Copy of the measured VTL0 configuration. */
    static final int VTL0_CONFIG = 0x7000;
    /** Copy of VTL0's command line or VP context page. */
    static final int VTL0_PAGE = 0x8000;
    /** Random bytes for the firmware. */
    static final int ENTROPY = 0x9000;
    /** Copy of the SLIT. */
    static final int SLIT = 0xa000;
    /** Copy of the PPTT. */
    static final int PPTT = SLIT + ParameterRegion.SLIT_PAGE_COUNT * PAGE;
    /** {@link RangeWalk}: the ranges that the present loop walks. */
    static final int RANGES = PPTT + ParameterRegion.PPTT_PAGE_COUNT * PAGE;
    /** Device tree blob. */
    static final int FDT = RANGES + RangeWalk.BYTES;

    static final int SIZE = FDT + (BootTree.CAPACITY_BYTES + PAGE - 1) / PAGE * PAGE;

    /** Address of the first parameter range; the others keep their distance from it. */
    static final long PARAMETERS_GVA = 0x10_0000_0000L;
    /** Address of the reserved range. */
    static final long RESERVED_GVA = 0x14_0000_0000L;
    /** Address of the boot log. */
    static final long BOOT_LOG_GVA = 0x18_0000_0000L;
    /** Address of VTL0's GPA 0. */
    static final long VTL0_GVA = 0x1000_0000_0000L;

    private DataLayout() {}
}
