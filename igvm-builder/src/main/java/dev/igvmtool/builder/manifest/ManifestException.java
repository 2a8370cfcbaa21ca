package dev.igvmtool.builder.manifest;

import dev.igvmtool.abi.binary.IgvmToolException;

/** The user's manifest or resource list cannot be read or built. The message starts with the file, where it is known. */
public final class ManifestException extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    /** @param message one line: what, where, found, expected */
    public ManifestException(String message) {
        super(message);
    }

    /** @param message one line: what, where, found, expected */
    public ManifestException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The same error with one more piece of context: {@code SOURCE: message}. */
    public ManifestException of(String source) {
        return new ManifestException(source + ": " + getMessage(), this);
    }

    /** An error at a place of a file. */
    static ManifestException at(Place place, String message) {
        return new ManifestException(place + ": " + message);
    }
}
