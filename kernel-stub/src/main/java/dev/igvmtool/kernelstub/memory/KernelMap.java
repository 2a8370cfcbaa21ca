package dev.igvmtool.kernelstub.memory;

/** Where things stand in the kernel's half of the address space; the lower half is the user process's. */
public final class KernelMap {
    /** Bytes of a page. */
    public static final long PAGE = 4096;
    /** Bytes of a large page. */
    public static final long LARGE_PAGE = 0x20_0000;

    /** Start of the direct map: address 0 of physical memory ({@code __PAGE_OFFSET}). */
    public static final long DIRECT_MAP = 0xffff_8880_0000_0000L;
    /** Start of the kernel's text ({@code __START_KERNEL_map} + 16 MiB). */
    public static final long TEXT = 0xffff_ffff_8100_0000L;
    /** The hypercall page, executable, in the area of modules. */
    public static final long HYPERCALL_PAGE = 0xffff_ffff_c000_0000L;

    /** The registers of the local APIC, in the area of the fixmap. */
    public static final long APIC = 0xffff_ffff_ff5f_d000L;

    /** Where a processor maps foreign memory for a moment, in the area of {@code vmalloc}: two windows each. */
    private static final long WINDOWS = 0xffff_c900_0000_0000L;

    /** First address that user programs cannot use. */
    public static final long USER_END = 0x0000_7fff_ffff_f000L;
    /** Top of the first stack of a user program. */
    public static final long USER_STACK_TOP = 0x0000_7fff_ffff_e000L;
    /** Where {@code mmap} starts to look for room, going up. */
    public static final long USER_MMAP_BASE = 0x0000_7f00_0000_0000L;

    private KernelMap() {}

    /** Address of physical {@code gpa} in the direct map. */
    public static long direct(long gpa) {
        return DIRECT_MAP + gpa;
    }

    /** A window of {@link #LARGE_PAGE} bytes of a processor, one for large pages, one for small ones. */
    public static long window(int processor, boolean large) {
        return WINDOWS + (2L * processor + (large ? 0 : 1)) * LARGE_PAGE;
    }

    /** {@code size} rounded up to pages. */
    public static long pages(long size) {
        return size + PAGE - 1 & -PAGE;
    }
}
