package dev.igvmtool.kernelstub.call;

import static java.util.Map.entry;

import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.hv.Interrupts;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.Task;
import dev.igvmtool.kernelstub.state.UserRegisters;
import dev.igvmtool.machine.guest.Cpu;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The table of system calls, and what surrounds each of them. */
public final class SystemCalls {
    /** The step that returns to the user program. */
    public static final String EXIT_STEP = "return-to-user";
    /** The step that looks for something to run. */
    public static final String SCHEDULE_STEP = "schedule";

    private static final Map<Syscall, Call.Handler> TABLE = Map.ofEntries(
            entry(Syscall.READ, FileIo::read),
            entry(Syscall.WRITE, FileIo::write),
            entry(Syscall.LSEEK, FileIo::seek),
            entry(Syscall.OPEN, PathCalls::open),
            entry(Syscall.OPENAT, PathCalls::openAt),
            entry(Syscall.CLOSE, PathCalls::close),
            entry(Syscall.DUP2, PathCalls::dup2),
            entry(Syscall.FSTAT, PathCalls::fstat),
            entry(Syscall.NEWFSTATAT, PathCalls::fstatAt),
            entry(Syscall.READLINK, PathCalls::readLink),
            entry(Syscall.MKDIR, PathCalls::mkdir),
            entry(Syscall.MKDIRAT, PathCalls::mkdirAt),
            entry(Syscall.UNLINK, PathCalls::unlink),
            entry(Syscall.UNLINKAT, PathCalls::unlinkAt),
            entry(Syscall.RMDIR, PathCalls::rmdir),
            entry(Syscall.GETDENTS64, PathCalls::getDents),
            entry(Syscall.MOUNT, PathCalls::mount),
            entry(Syscall.PIPE2, PathCalls::pipe),
            entry(Syscall.MMAP, MemoryCalls::mmap),
            entry(Syscall.MUNMAP, MemoryCalls::munmap),
            entry(Syscall.MPROTECT, MemoryCalls::mprotect),
            entry(Syscall.BRK, MemoryCalls::brk),
            entry(Syscall.FORK, ProcessCalls::fork),
            entry(Syscall.VFORK, ProcessCalls::vfork),
            entry(Syscall.CLONE, ProcessCalls::clone),
            entry(Syscall.EXECVE, ProcessCalls::execve),
            entry(Syscall.EXIT, ProcessCalls::exit),
            entry(Syscall.EXIT_GROUP, ProcessCalls::exitGroup),
            entry(Syscall.WAIT4, ProcessCalls::wait4),
            entry(Syscall.KILL, ProcessCalls::kill),
            entry(Syscall.GETPID, call -> new Outcome.Done(call.process().group())),
            entry(Syscall.GETTID, call -> new Outcome.Done(call.process().pid())),
            entry(Syscall.SCHED_YIELD, call -> new Outcome.Yield(0)),
            entry(Syscall.NANOSLEEP, call -> new Outcome.Yield(0)),
            entry(Syscall.SCHED_SETAFFINITY, ThreadCalls::setAffinity),
            entry(Syscall.SCHED_GETAFFINITY, ThreadCalls::getAffinity),
            entry(Syscall.ARCH_PRCTL, ThreadCalls::archPrctl),
            entry(Syscall.SET_TID_ADDRESS, ThreadCalls::setTidAddress),
            entry(Syscall.FUTEX, ThreadCalls::futex),
            entry(Syscall.RT_SIGACTION, call -> Outcome.SUCCESS),
            entry(Syscall.CLOCK_GETTIME, MiscCalls::clockGetTime),
            entry(Syscall.GETRANDOM, MiscCalls::getRandom),
            entry(Syscall.PRLIMIT64, MiscCalls::prlimit),
            entry(Syscall.FINIT_MODULE, MiscCalls::finitModule),
            entry(Syscall.IOCTL, MiscCalls::ioctl),
            entry(Syscall.POLL, PollCall::poll));

    private SystemCalls() {}

    /** Name of the step of a system call: {@code sys-openat}. */
    public static String stepName(Syscall call) {
        return "sys-" + call.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Does a system call of the process that runs on this processor, and goes on where its outcome says. */
    public static void run(Cpu cpu, Syscall number) {
        Kernel kernel = Kernel.resume(cpu);
        Map<Integer, Integer> ready = ready(kernel);
        Outcome outcome;
        try {
            outcome = handler(number).run(Call.of(kernel));
        } catch (LinuxError e) {
            // What the call has changed so far is not kept.
            kernel = Kernel.resume(cpu);
            outcome = new Outcome.Done(e.errno().result());
        }
        String next = settle(kernel, outcome);
        tellProcessors(kernel, ready);
        kernel.commit();
        cpu.jumpTo(next);
    }

    private static Call.Handler handler(Syscall number) {
        return TABLE.getOrDefault(number, call -> {
            throw new LinuxError(Errno.ENOSYS, number.name());
        });
    }

    /** Records the outcome; the step that comes next. */
    private static String settle(Kernel kernel, Outcome outcome) {
        if (outcome instanceof Outcome.Gone) {
            kernel.put(kernel.self().running(0));
            return SCHEDULE_STEP;
        }
        int pid = kernel.self().current();
        if (outcome instanceof Outcome.Continue step) {
            return step.step();
        }
        if (outcome instanceof Outcome.Wait wait) {
            kernel.processes().setState(pid, new Task.State.Waiting(wait.event()));
            return SCHEDULE_STEP;
        }
        kernel.processes().setState(pid, new Task.State.Ready());
        UserRegisters registers =
                UserRegisters.of(kernel.cpu().memory(), kernel.processes().get(pid));
        if (outcome instanceof Outcome.Done done) {
            registers.set(Gpr.RAX, done.result());
        } else if (outcome instanceof Outcome.Yield yield) {
            registers.set(Gpr.RAX, yield.result());
            return SCHEDULE_STEP;
        }
        return EXIT_STEP;
    }

    /** Ends the system call in progress, which a step of the kernel has gone on with. */
    public static void finish(Kernel kernel, long result) {
        int pid = kernel.self().current();
        kernel.processes().setState(pid, new Task.State.Ready());
        UserRegisters.of(kernel.cpu().memory(), kernel.processes().get(pid)).set(Gpr.RAX, result);
    }

    /** Processors by the processes that can run there. */
    public static SortedMap<Integer, Integer> ready(Kernel kernel) {
        SortedMap<Integer, Integer> ready = new TreeMap<>();
        for (Task process : kernel.processes().all()) {
            if (process.canRun()) {
                ready.put(process.pid(), process.cpu());
            }
        }
        return ready;
    }

    /** Interrupts other processors that have something to run which they had not before. */
    public static void tellProcessors(Kernel kernel, Map<Integer, Integer> before) {
        int self = kernel.self().index();
        ready(kernel).forEach((pid, cpu) -> {
            if (cpu != self && !cpu.equals(before.get(pid))) {
                Interrupts.reschedule(kernel, kernel.processors().get(cpu));
            }
        });
    }
}
