package dev.igvmtool.paravisor;

import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.devicetree.binding.BootTree;

/** Where things are in the program's data, from its start; and where it puts its mappings. */
final class DataLayout {
    static final int PAGE = 4096;

    /** {@link Variable}s. */
    static final int VARIABLES = 0x0000;
    /** Argument structure of the next system call. */
    static final int ARGUMENT = 0x1000;
    /** Path or small buffer of the next system call. */
    static final int BUFFER = 0x1100;
    /** Hypercall input. */
    static final int INPUT = 0x2000;
    /** Hypercall output. */
    static final int OUTPUT = 0x3000;
    /** Log record being written. */
    static final int LOG = 0x4000;
    /** End of what each thread has for itself; what follows is shared. */
    static final int THREAD_END = 0x5000;
    /** A thread's area: its variables and buffers, then its stack. */
    static final int THREAD_SIZE = THREAD_END + PAGE;
    /** {@link SidecarTable}. */
    static final int SIDECAR = 0x5000;
    /** Content of the kernel's list of online CPUs. */
    static final int ONLINE = SIDECAR + SidecarTable.BYTES;

    /** {@link StoppedVps}. */
    static final int STOPPED_VPS = ONLINE + PAGE;
    /** Copy of the measured VTL0 configuration. */
    static final int VTL0_CONFIG = STOPPED_VPS + PAGE;
    /** Copy of VTL0's command line or VP context page. */
    static final int VTL0_PAGE = VTL0_CONFIG + PAGE;
    /** Random bytes for the firmware. */
    static final int ENTROPY = VTL0_PAGE + PAGE;
    /** Copy of the SLIT. */
    static final int SLIT = ENTROPY + PAGE;
    /** Copy of the PPTT. */
    static final int PPTT = SLIT + ParameterRegion.SLIT_PAGE_COUNT * PAGE;
    /** {@link RangeWalk}: the ranges that the present loop walks. */
    static final int RANGES = PPTT + ParameterRegion.PPTT_PAGE_COUNT * PAGE;
    /** {@link StateBuffer}. */
    static final int STATE = RANGES + RangeWalk.BYTES;
    /** Device tree blob. */
    static final int FDT = STATE + StateBuffer.BYTES;

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
