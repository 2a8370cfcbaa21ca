package dev.igvmtool.abi.sidecar;

import java.util.Optional;

/** {@code SidecarCommand}: what a sidecar VP is asked to do, in its {@link CommandPage}. */
public enum SidecarCommand {
    /** Nothing; used to see whether the VP lives. */
    NONE,
    /** Run the lower VTL until it is intercepted or the command is stopped. Out: one byte, 1 after an intercept. */
    RUN_VP,
    /** Read registers. In and out: {@link RegistersHeader} and records. */
    GET_VP_REGISTERS,
    /** Write registers. In: {@link RegistersHeader} and records; out: the status of the header. */
    SET_VP_REGISTERS,
    /** Translate an address of the lower VTL. In: {@link TranslateRequest}; out: {@link TranslateResult}. */
    TRANSLATE_GVA;

    private static final SidecarCommand[] ALL = values();

    /** The number in the command page. */
    public int value() {
        return ordinal();
    }

    /** The command of a number, if it is one. */
    public static Optional<SidecarCommand> of(long value) {
        return value >= 0 && value < ALL.length ? Optional.of(ALL[(int) value]) : Optional.empty();
    }
}
