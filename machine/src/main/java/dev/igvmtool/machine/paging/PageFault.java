package dev.igvmtool.machine.paging;

/** Error code bits of a page fault (SDM volume 3, 4.7). */
public final class PageFault {
    /** The fault is a protection violation, not a missing page. */
    public static final int PRESENT = 1;

    public static final int WRITE = 2;
    public static final int USER = 4;
    public static final int RESERVED = 8;
    public static final int FETCH = 16;

    private PageFault() {}
}
