package dev.igvmtool.attestation.vbs;

import dev.igvmtool.abi.binary.Bytes;
import java.util.function.Function;

/** The fields of a report that a policy may fix to a value, or to one of several. */
public enum VbsField {
    MEASUREMENT("measurement", 32, VbsReport::measurement),
    SIGNER("signer", 32, VbsReport::signer),
    OWNER_ID("owner_id", 32, VbsReport::ownerId),
    HOST_DATA("host_data", 32, VbsReport::hostData),
    REPORT_DATA("report_data", 64, VbsReport::reportData);

    private final String text;
    private final int size;

    @SuppressWarnings("ImmutableEnumChecker") // A method reference, which has no state.
    private final Function<VbsReport, Bytes> value;

    VbsField(String text, int size, Function<VbsReport, Bytes> value) {
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
    public Bytes of(VbsReport report) {
        return value.apply(report);
    }
}
