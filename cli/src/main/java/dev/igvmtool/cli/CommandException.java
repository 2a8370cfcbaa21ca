package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.IgvmToolException;

/** A command cannot do what was asked: wrong use, or input that cannot be read. */
final class CommandException extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    CommandException(String message) {
        super(message);
    }

    CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
