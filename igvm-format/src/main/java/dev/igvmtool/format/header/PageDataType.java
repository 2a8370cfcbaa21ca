package dev.igvmtool.format.header;

import java.util.Optional;

/** {@code IgvmPageDataType}: what a page is to the platform. */
public enum PageDataType {
    NORMAL,
    SECRETS,
    CPUID_DATA,
    CPUID_XF;

    /** The number in the file. */
    public int value() {
        return ordinal();
    }

    /** The type of that number, if there is one. */
    public static Optional<PageDataType> of(int value) {
        return value >= 0 && value < values().length ? Optional.of(values()[value]) : Optional.empty();
    }
}
