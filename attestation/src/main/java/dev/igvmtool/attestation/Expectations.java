package dev.igvmtool.attestation;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.image.ImageExpectations;
import dev.igvmtool.measurement.eventlog.EventLog;
import java.util.Optional;

/**
 * What this machine must be, beyond the policy that holds for all of them.
 *
 * @param image what was started; without one the launch digest is not judged, unless the policy fixes it
 * @param reportData what the machine was asked to put into its report, 64 bytes: a nonce
 * @param eventLog what the machine says of its run-time registers
 */
public record Expectations(Optional<ImageExpectations> image, Optional<Bytes> reportData, Optional<EventLog> eventLog) {
    /** Nothing is known. */
    public static final Expectations NONE = new Expectations(Optional.empty(), Optional.empty(), Optional.empty());

    /** Bytes of report data on every platform. */
    public static final int REPORT_DATA_BYTES = 64;

    public Expectations {
        reportData.ifPresent(data -> {
            if (data.size() != REPORT_DATA_BYTES) {
                throw new IllegalArgumentException("report data has " + REPORT_DATA_BYTES + " bytes");
            }
        });
    }

    /** An image and nothing else. */
    public static Expectations of(ImageExpectations image) {
        return new Expectations(Optional.of(image), Optional.empty(), Optional.empty());
    }

    /** The same with report data. */
    public Expectations withReportData(Bytes data) {
        return new Expectations(image, Optional.of(data), eventLog);
    }

    /** The same with an event log. */
    public Expectations withEventLog(EventLog log) {
        return new Expectations(image, reportData, Optional.of(log));
    }
}
