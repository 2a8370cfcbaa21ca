package dev.igvmtool.machine.guest;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.x64.Vector;

/** The guest did what hardware refuses: an exception of the processor, on its way to the guest's handler. */
public final class GuestException extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    private final Vector vector;
    private final int errorCode;
    private final long address;

    /**
     * @param errorCode what the processor pushes, 0 for vectors without one
     * @param address CR2 for page faults, otherwise 0
     */
    public GuestException(Vector vector, int errorCode, long address, String message) {
        super(message);
        this.vector = vector;
        this.errorCode = errorCode;
        this.address = address;
    }

    /** #GP with error code 0. */
    public static GuestException generalProtection(String message) {
        return new GuestException(Vector.GENERAL_PROTECTION, 0, 0, message);
    }

    /** #UD. */
    public static GuestException invalidOpcode(String message) {
        return new GuestException(Vector.INVALID_OPCODE, 0, 0, message);
    }

    public Vector vector() {
        return vector;
    }

    public int errorCode() {
        return errorCode;
    }

    /** Linear address of a page fault (CR2). */
    public long address() {
        return address;
    }
}
