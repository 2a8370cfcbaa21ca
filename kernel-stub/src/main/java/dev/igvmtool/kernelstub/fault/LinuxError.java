package dev.igvmtool.kernelstub.fault;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.linux.Errno;

/** An operation on behalf of a user program fails with an error number. */
public final class LinuxError extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    private final Errno errno;

    /** @param what path or object, for messages */
    public LinuxError(Errno errno, String what) {
        super(what + ": " + errno.text());
        this.errno = errno;
    }

    /** What the system call returns. */
    public Errno errno() {
        return errno;
    }
}
