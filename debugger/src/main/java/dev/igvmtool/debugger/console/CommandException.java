package dev.igvmtool.debugger.console;

import dev.igvmtool.abi.binary.IgvmToolException;

/** A command that cannot be done as it was written. */
final class CommandException extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    CommandException(String message) {
        super(message);
    }
}
