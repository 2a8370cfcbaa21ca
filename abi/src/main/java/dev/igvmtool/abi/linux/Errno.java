package dev.igvmtool.abi.linux;

import java.util.Optional;

/** Error numbers of Linux; a system call returns them negated. */
public enum Errno {
    EPERM(1, "operation not permitted"),
    ENOENT(2, "no such file or directory"),
    ESRCH(3, "no such process"),
    EINTR(4, "interrupted"),
    EIO(5, "input/output error"),
    ENXIO(6, "no such device or address"),
    E2BIG(7, "argument list too long"),
    ENOEXEC(8, "exec format error"),
    EBADF(9, "bad file descriptor"),
    ECHILD(10, "no child processes"),
    EAGAIN(11, "try again"),
    ENOMEM(12, "out of memory"),
    EACCES(13, "permission denied"),
    EFAULT(14, "bad address"),
    EBUSY(16, "device or resource busy"),
    EEXIST(17, "file exists"),
    ENODEV(19, "no such device"),
    ENOTDIR(20, "not a directory"),
    EISDIR(21, "is a directory"),
    EINVAL(22, "invalid argument"),
    EMFILE(24, "too many open files"),
    ENOTTY(25, "not a typewriter"),
    EFBIG(27, "file too large"),
    ENOSPC(28, "no space left on device"),
    ESPIPE(29, "illegal seek"),
    EROFS(30, "read-only file system"),
    EPIPE(32, "broken pipe"),
    ERANGE(34, "result not representable"),
    ENAMETOOLONG(36, "file name too long"),
    ENOSYS(38, "function not implemented"),
    ENOTEMPTY(39, "directory not empty"),
    ELOOP(40, "too many levels of symbolic links"),
    EOPNOTSUPP(95, "operation not supported"),
    ETIMEDOUT(110, "timed out");

    private final int number;
    private final String text;

    Errno(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /** The positive number. */
    public int number() {
        return number;
    }

    /** What a failing system call leaves in RAX. */
    public long result() {
        return -number;
    }

    /** The words for a message. */
    public String text() {
        return text;
    }

    /** The error in the result of a system call; empty for success and for numbers not listed here. */
    public static Optional<Errno> of(long result) {
        for (Errno errno : values()) {
            if (result == -errno.number) {
                return Optional.of(errno);
            }
        }
        return Optional.empty();
    }

    /** True if {@code result} of a system call is an error number. */
    public static boolean isError(long result) {
        return result < 0 && result >= -4095;
    }
}
