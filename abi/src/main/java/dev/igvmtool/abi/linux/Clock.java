package dev.igvmtool.abi.linux;

/** Clocks of {@code clock_gettime}, whose answer is two 64-bit words: seconds and nanoseconds. */
public final class Clock {
    public static final int REALTIME = 0;
    public static final int MONOTONIC = 1;
    /** Time since the kernel started. */
    public static final int BOOTTIME = 7;

    private Clock() {}
}
