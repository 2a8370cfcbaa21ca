package dev.igvmtool.abi.binary;

/**
 * Root of the project's own errors: something outside this program is not as it must be. The message is one line that
 * says what is wrong, where, what was found and what was expected.
 */
public class IgvmToolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message one line, without a trailing full stop */
    public IgvmToolException(String message) {
        super(message);
    }

    /** @param message one line, without a trailing full stop */
    public IgvmToolException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The message, never null. */
    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? "" : message;
    }
}
