package dev.igvmtool.abi.linux;

/** {@code struct pollfd}, 8 bytes: s32 descriptor (negative: none), u16 events wanted, u16 events returned. */
public final class PollEvents {
    /** Bytes of an entry. */
    public static final int ENTRY_BYTES = 8;

    /** Offset of the events that are asked for. */
    public static final int WANTED = 4;

    /** Offset of the events that have come. */
    public static final int RETURNED = 6;

    /** {@code POLLIN}: there is something to read. */
    public static final int IN = 1;

    /** {@code POLLOUT}: there is room to write. */
    public static final int OUT = 4;

    private PollEvents() {}
}
