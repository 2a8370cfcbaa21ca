package dev.igvmtool.devicetree;

import dev.igvmtool.abi.binary.IgvmToolException;

/** What was asked of an {@link FdtBuilder} does not fit its space or the format. */
public final class FdtBuildException extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    /** @param message one line: what, needed and available */
    public FdtBuildException(String message) {
        super(message);
    }
}
