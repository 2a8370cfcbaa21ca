package dev.igvmtool.abi.sidecar;

import java.util.Optional;

/** {@code CpuStatus}: state of one VP of a node, one byte of its {@link ControlPage}. */
public enum CpuStatus {
    /** Does not run the sidecar: never started, or removed. */
    REMOVED,
    /** Waits for work; its command page belongs to the monitor. */
    IDLE,
    /** Has a command to run; while the sidecar starts: is starting. */
    RUN,
    /** Has to finish its command early. */
    STOP,
    /** Has to leave the sidecar for good. */
    REMOVE;

    private static final CpuStatus[] ALL = values();

    /** The byte in the control page. */
    public int value() {
        return ordinal();
    }

    /** The status of a byte, if it is one. */
    public static Optional<CpuStatus> of(int value) {
        return value >= 0 && value < ALL.length ? Optional.of(ALL[value]) : Optional.empty();
    }
}
