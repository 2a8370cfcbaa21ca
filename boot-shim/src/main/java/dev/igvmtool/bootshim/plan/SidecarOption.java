package dev.igvmtool.bootshim.plan;

import dev.igvmtool.bootshim.plan.DebugValue.Field;
import dev.igvmtool.bootshim.plan.DebugValue.Numeral;
import dev.igvmtool.bootshim.plan.DebugValue.Structure;
import dev.igvmtool.bootshim.plan.DebugValue.Word;
import dev.igvmtool.bootshim.plan.DebugValue.Wrapped;

/** State of the sidecar option. */
public enum SidecarOption {
    ENABLED,
    /** Enabled, and the sidecar logs to the serial port. */
    LOGGING,
    DISABLED_COMMAND_LINE,
    /** After servicing the processors to keep out are too many for the sidecar's table. */
    DISABLED_SERVICING;

    /** A number of processors that the reference names but does not use. */
    private static final long UNUSED_THRESHOLD = 100;

    /** True if the sidecar may start. */
    public boolean enabled() {
        return this == ENABLED || this == LOGGING;
    }

    /** The option as the log shows it. */
    public DebugValue shown() {
        return switch (this) {
            case ENABLED, LOGGING ->
                Structure.of(
                        "Enabled",
                        new Field("enable_logging", new Word(String.valueOf(this == LOGGING))),
                        new Field("cpu_threshold", new Wrapped("Some", new Numeral(UNUSED_THRESHOLD))));
            case DISABLED_COMMAND_LINE -> new Word("DisabledCommandLine");
            case DISABLED_SERVICING -> new Word("DisabledServicing");
        };
    }
}
