package dev.igvmtool.abi.sidecar;

/** Sizes and limits of the sidecar's interface ({@code sidecar_defs}). */
public final class SidecarLimits {
    /** Bytes of each page of the interface. */
    public static final int PAGE_BYTES = 0x1000;

    /** Nodes that one call can describe. */
    public static final int MAX_NODES = 128;

    /** VPs that the boot shim puts into one node; {@link #MAX_CONTROL_PAGE_VPS} is what the format allows. */
    public static final int MAX_VPS_PER_NODE = 32;

    /** Status bytes of a control page. */
    public static final int MAX_CONTROL_PAGE_VPS = 4032;

    /** VPs, from the first of the partition on, that can have a flag of their own. */
    public static final int MAX_PER_CPU_FLAGS = 400;

    /** Register records of one command. */
    public static final int MAX_REGISTERS = 31;

    /** Bytes of an error text. */
    public static final int MAX_ERROR_BYTES = 255;

    /** Pages of each VP that the user-mode monitor maps: command page, then register page. */
    public static final int SHARED_PAGES_PER_VP = 2;

    /** Pages of each VP that only the sidecar knows. */
    public static final int PRIVATE_PAGES_PER_VP = 11;

    private SidecarLimits() {}

    /** Memory that a node of {@code vpCount} VPs needs: a control page, then the pages of each VP. */
    public static long nodeBytes(long vpCount) {
        return (1 + (SHARED_PAGES_PER_VP + PRIVATE_PAGES_PER_VP) * vpCount) * PAGE_BYTES;
    }
}
