package dev.igvmtool.format.header;

import java.util.Optional;

/** {@code IgvmPlatformType}: what isolates the guest from the host. */
public enum PlatformType {
    NATIVE,
    VSM_ISOLATION,
    SEV_SNP,
    TDX,
    SEV,
    SEV_ES,
    CCA;

    /** The number in the file. */
    public int value() {
        return ordinal();
    }

    /** The type of that number, if there is one. */
    public static Optional<PlatformType> of(int value) {
        return value >= 0 && value < values().length ? Optional.of(values()[value]) : Optional.empty();
    }
}
