package dev.igvmtool.measurement.eventlog;

import dev.igvmtool.abi.binary.Bytes;
import java.util.Map;
import java.util.Optional;

/**
 * {@code TCG_PCR_EVENT2}, {@code CC_EVENT}: something that was measured.
 *
 * @param register PCR number, or number of a TD's register: 0 is MRTD, 1 is RTMR0
 * @param type event type
 * @param digests by number of the algorithm
 * @param data what the log says about it; nothing but the digests was measured
 */
public record LogEvent(long register, long type, Map<Integer, Bytes> digests, Bytes data) {
    /** {@code EV_NO_ACTION}: for information, not measured. */
    public static final long NO_ACTION = 3;

    public LogEvent {
        digests = Map.copyOf(digests);
    }

    /** Whether the event extended its register. */
    public boolean isMeasured() {
        return type != NO_ACTION;
    }

    /** Its digest of that kind. */
    public Optional<Bytes> digest(LogHash hash) {
        return Optional.ofNullable(digests.get(hash.id()));
    }

    /** The same with only that digest, and data that is not known. */
    public LogEvent withDigest(LogHash hash, Bytes digest) {
        return new LogEvent(register, type, Map.of(hash.id(), digest), Bytes.EMPTY);
    }
}
