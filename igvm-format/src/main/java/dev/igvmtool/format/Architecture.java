package dev.igvmtool.format;

import java.util.Optional;

/** {@code IgvmArchitecture}: the processor architecture that a file is for. */
public enum Architecture {
    X64,
    AARCH64;

    /** The number in the fixed header of version 2. */
    public int value() {
        return ordinal();
    }

    /** The architecture of that number, if there is one. */
    public static Optional<Architecture> of(long value) {
        return value >= 0 && value < values().length ? Optional.of(values()[(int) value]) : Optional.empty();
    }
}
