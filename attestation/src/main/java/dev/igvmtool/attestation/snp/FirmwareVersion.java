package dev.igvmtool.attestation.snp;

import java.util.Comparator;

/** Version of the firmware or its ABI. */
public record FirmwareVersion(int major, int minor) implements Comparable<FirmwareVersion> {
    private static final Comparator<FirmwareVersion> ORDER =
            Comparator.comparingInt(FirmwareVersion::major).thenComparingInt(FirmwareVersion::minor);

    @Override
    public int compareTo(FirmwareVersion that) {
        return ORDER.compare(this, that);
    }

    /** {@code 1.49}. */
    @Override
    public String toString() {
        return major + "." + minor;
    }
}
