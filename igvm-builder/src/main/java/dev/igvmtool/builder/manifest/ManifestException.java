package dev.igvmtool.builder.manifest;

import dev.igvmtool.abi.binary.IgvmToolException;

/**
 * The user's manifest can be read, but not built. The message starts with the file, where it is known. What cannot be read
 * is a {@link dev.igvmtool.document.DocumentException}.
 */
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
}
