package dev.igvmtool.kernelstub.fault;

import dev.igvmtool.abi.binary.IgvmToolException;

/** The kernel cannot go on; the message is what Linux prints after "Kernel panic - not syncing: ". */
public sealed class KernelPanic extends IgvmToolException permits SnpTermination {
    private static final long serialVersionUID = 1L;

    /** @param message one line */
    public KernelPanic(String message) {
        super(message);
    }
}
