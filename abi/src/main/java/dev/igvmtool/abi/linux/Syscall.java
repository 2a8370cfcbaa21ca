package dev.igvmtool.abi.linux;

import java.util.Optional;

/**
 * System calls of x86-64 Linux that the stages use. Convention: number in RAX, arguments in RDI, RSI, RDX, R10, R8, R9;
 * result in RAX, -4095 to -1 being an {@link Errno}; RCX and R11 are lost.
 */
public enum Syscall {
    READ(0),
    WRITE(1),
    OPEN(2),
    CLOSE(3),
    FSTAT(5),
    POLL(7),
    LSEEK(8),
    MMAP(9),
    MPROTECT(10),
    MUNMAP(11),
    BRK(12),
    RT_SIGACTION(13),
    IOCTL(16),
    SCHED_YIELD(24),
    DUP2(33),
    NANOSLEEP(35),
    GETPID(39),
    CLONE(56),
    FORK(57),
    VFORK(58),
    EXECVE(59),
    EXIT(60),
    WAIT4(61),
    KILL(62),
    MKDIR(83),
    RMDIR(84),
    UNLINK(87),
    READLINK(89),
    ARCH_PRCTL(158),
    MOUNT(165),
    GETTID(186),
    FUTEX(202),
    SCHED_SETAFFINITY(203),
    SCHED_GETAFFINITY(204),
    GETDENTS64(217),
    SET_TID_ADDRESS(218),
    CLOCK_GETTIME(228),
    EXIT_GROUP(231),
    OPENAT(257),
    MKDIRAT(258),
    NEWFSTATAT(262),
    UNLINKAT(263),
    EPOLL_CREATE1(291),
    PIPE2(293),
    PRLIMIT64(302),
    FINIT_MODULE(313),
    GETRANDOM(318);

    private final int number;

    Syscall(int number) {
        this.number = number;
    }

    /** The number in RAX. */
    public int number() {
        return number;
    }

    /** The call with a number, if it is one of these. */
    public static Optional<Syscall> of(long number) {
        for (Syscall call : values()) {
            if (call.number == number) {
                return Optional.of(call);
            }
        }
        return Optional.empty();
    }
}
