package dev.igvmtool.document;

import dev.igvmtool.abi.binary.IgvmToolException;

/** A document that a user wrote is not what it should be. The message starts with the file, and the place where known. */
public final class DocumentException extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    /** @param message one line: what, where, found, expected */
    public DocumentException(String message) {
        super(message);
    }

    /** @param message one line: what, where, found, expected */
    public DocumentException(String message, Throwable cause) {
        super(message, cause);
    }

    /** An error at a place of a file. */
    public static DocumentException at(Place place, String message) {
        return new DocumentException(place + ": " + message);
    }
}
