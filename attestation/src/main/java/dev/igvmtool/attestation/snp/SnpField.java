package dev.igvmtool.attestation.snp;

import dev.igvmtool.abi.binary.Bytes;
import java.util.function.Function;

/** The fields of a report that a policy may fix to a value, or to one of several. */
public enum SnpField {
    MEASUREMENT("measurement", 48, SnpReport::measurement),
    REPORT_DATA("report_data", 64, SnpReport::reportData),
    HOST_DATA("host_data", 32, SnpReport::hostData),
    FAMILY_ID("family_id", 16, SnpReport::familyId),
    IMAGE_ID("image_id", 16, SnpReport::imageId),
    REPORT_ID("report_id", 32, SnpReport::reportId),
    REPORT_ID_MA("report_id_ma", 32, SnpReport::reportIdMa),
    CHIP_ID("chip_id", 64, SnpReport::chipId);

    private final String text;
    private final int size;

    @SuppressWarnings("ImmutableEnumChecker") // A method reference, which has no state.
    private final Function<SnpReport, Bytes> value;

    SnpField(String text, int size, Function<SnpReport, Bytes> value) {
        this.text = text;
        this.size = size;
        this.value = value;
    }

    /** Name in policies and verdicts. */
    public String text() {
        return text;
    }

    /** Bytes of the field. */
    public int size() {
        return size;
    }

    /** The field of a report. */
    public Bytes of(SnpReport report) {
        return value.apply(report);
    }
}
