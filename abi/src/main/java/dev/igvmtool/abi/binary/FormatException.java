package dev.igvmtool.abi.binary;

/**
 * Some bytes are not what their format requires. Each layer that knows more about the place adds it as the exception
 * passes: {@code throw e.in("variable header 12, type 0x302")}.
 */
public final class FormatException extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    /** @param message what is wrong, found and expected, with numbers in the base the specification uses */
    public FormatException(String message) {
        super(message);
    }

    private FormatException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The same error with one more piece of context: {@code message, in PLACE}. */
    public FormatException in(String place) {
        return new FormatException(getMessage() + ", in " + place, this);
    }

    /** The message without {@code null}. */
    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? "malformed data" : message;
    }
}
