package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.IgvmToolException;

/** The paravisor cannot go on: the text is its last log line. */
final class ParavisorFailure extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    ParavisorFailure(String message) {
        super(message);
    }

    /** The message without {@code null}. */
    String text() {
        String message = getMessage();
        return message == null ? "unknown failure" : message;
    }
}
