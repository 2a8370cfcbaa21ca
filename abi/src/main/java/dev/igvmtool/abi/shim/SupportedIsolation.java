package dev.igvmtool.abi.shim;

import java.util.Arrays;
import java.util.Optional;

/** {@code SupportedIsolationType}: the isolation for which an image was built, in {@link ShimParams}. */
public enum SupportedIsolation {
    /** VBS or no isolation. */
    VBS(1),
    /** AMD SEV-SNP. */
    SNP(2),
    /** Intel TDX. */
    TDX(3);

    private final int value;

    SupportedIsolation(int value) {
        this.value = value;
    }

    /** The number on the wire. */
    public int value() {
        return value;
    }

    /** The isolation with this number, if there is one. */
    public static Optional<SupportedIsolation> of(int value) {
        return Arrays.stream(values()).filter(it -> it.value == value).findFirst();
    }
}
