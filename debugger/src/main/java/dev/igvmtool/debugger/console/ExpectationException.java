package dev.igvmtool.debugger.console;

import dev.igvmtool.abi.binary.IgvmToolException;

/** What a script expects is not so: a finding, not a mistake of the script. */
public final class ExpectationException extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    ExpectationException(String message) {
        super(message);
    }
}
