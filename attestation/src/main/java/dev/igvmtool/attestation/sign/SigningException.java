package dev.igvmtool.attestation.sign;

import dev.igvmtool.abi.binary.IgvmToolException;

/** Something cannot be signed so: a key that does not fit, a signature that does not verify, what is there already. */
public final class SigningException extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    /** @param message one line: what is wrong, found and expected */
    public SigningException(String message) {
        super(message);
    }

    /** @param message one line: what is wrong, found and expected */
    public SigningException(String message, Throwable cause) {
        super(message, cause);
    }
}
