package dev.igvmtool.kernelstub.fault;

import dev.igvmtool.abi.binary.IgvmToolException;

/** The kernel cannot go on; the message is what Linux prints after "Kernel panic - not syncing: ". */
public final class KernelPanic extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    /** @param message one line */
    public KernelPanic(String message) {
        super(message);
    }
}
