package dev.igvmtool.kernelstub.fault;

import dev.igvmtool.abi.binary.IgvmToolException;

/** The thread for which a step works was ended by another processor; this one looks for something else to run. */
public final class ThreadGone extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    public ThreadGone(int pid) {
        super("thread " + pid + " was ended from elsewhere");
    }
}
