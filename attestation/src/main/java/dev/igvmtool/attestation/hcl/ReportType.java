package dev.igvmtool.attestation.hcl;

import java.util.Optional;

/** {@code IgvmAttestReportType}: whose report is inside. */
public enum ReportType {
    VBS(1, 560),
    SNP(2, 1184),

    /** Trusted launch: the platform gives no report. */
    TRUSTED_LAUNCH(3, 0),

    TDX(4, 1024),

    /** Arm; not covered here. */
    CCA(5, 0);

    private final int value;
    private final int size;

    ReportType(int value, int size) {
        this.value = value;
        this.size = size;
    }

    /** Bytes of the report; the rest of its field is zero. */
    public int size() {
        return size;
    }

    static Optional<ReportType> of(long value) {
        for (ReportType type : values()) {
            if (type.value == value) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
