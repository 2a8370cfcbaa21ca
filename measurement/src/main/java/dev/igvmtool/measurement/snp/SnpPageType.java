package dev.igvmtool.measurement.snp;

/** {@code PAGE_TYPE} of the launch update command. */
public enum SnpPageType {
    NORMAL(1),
    VMSA(2),
    ZERO(3),
    UNMEASURED(4),
    SECRETS(5),
    CPUID(6);

    private final int value;

    SnpPageType(int value) {
        this.value = value;
    }

    /** The number in PAGE_INFO. */
    public int value() {
        return value;
    }

    /** Whether the content of such a page is hashed. */
    public boolean isHashed() {
        return this == NORMAL || this == VMSA;
    }
}
