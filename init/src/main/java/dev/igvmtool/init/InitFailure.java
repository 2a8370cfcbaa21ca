package dev.igvmtool.init;

import dev.igvmtool.abi.binary.IgvmToolException;

/** A step of the program failed; it logs the message and ends. */
final class InitFailure extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    InitFailure(String message) {
        super(message);
    }
}
