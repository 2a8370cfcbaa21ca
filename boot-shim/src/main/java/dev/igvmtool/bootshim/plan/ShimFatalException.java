package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.IgvmToolException;

/** The shim cannot go on: it reports the message to the host and stops the machine. */
public final class ShimFatalException extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    /** @param message what the shim says in its last log line */
    public ShimFatalException(String message) {
        super(message);
    }

    /** @param message what the shim says in its last log line */
    public ShimFatalException(String message, Throwable cause) {
        super(message, cause);
    }
}
