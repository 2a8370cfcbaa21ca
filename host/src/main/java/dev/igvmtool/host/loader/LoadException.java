package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.IgvmToolException;

/** The image is well formed but cannot be loaded as it is into the virtual machine as it is configured. */
public final class LoadException extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    /** @param message one line: what, where, found, expected */
    public LoadException(String message) {
        super(message);
    }

    private LoadException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The same error with one more piece of context: {@code message, in PLACE}. */
    LoadException in(String place) {
        return new LoadException(getMessage() + ", in " + place, this);
    }
}
