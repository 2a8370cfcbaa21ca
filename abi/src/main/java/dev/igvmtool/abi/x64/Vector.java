package dev.igvmtool.abi.x64;

import java.util.Arrays;
import java.util.Optional;

/** Exception vectors of the architecture. */
public enum Vector {
    DIVIDE_ERROR(0, false),
    DEBUG(1, false),
    BREAKPOINT(3, false),
    INVALID_OPCODE(6, false),
    DOUBLE_FAULT(8, true),
    INVALID_TSS(10, true),
    SEGMENT_NOT_PRESENT(11, true),
    STACK_FAULT(12, true),
    GENERAL_PROTECTION(13, true),
    PAGE_FAULT(14, true),
    /** #VE: a TD did what only its host can answer. */
    VIRTUALIZATION(20, false),
    /** #VC: an SNP guest did what only its host can answer; the error code is the exit code. */
    VMM_COMMUNICATION(29, true);

    private final int number;
    private final boolean errorCode;

    Vector(int number, boolean errorCode) {
        this.number = number;
        this.errorCode = errorCode;
    }

    /** Index in the interrupt descriptor table. */
    public int number() {
        return number;
    }

    /** The exception of a vector, if it has one of these. */
    public static Optional<Vector> of(int number) {
        return Arrays.stream(values()).filter(v -> v.number == number).findFirst();
    }

    /** True if the processor pushes an error code. */
    public boolean hasErrorCode() {
        return errorCode;
    }
}
