package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.process.AddressSpaces;
import dev.igvmtool.kernelstub.process.Exec;
import dev.igvmtool.kernelstub.process.ProcessEnd;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.Task;
import dev.igvmtool.kernelstub.state.UserRegisters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** System calls that make, change and end processes. */
final class ProcessCalls {
    private static final int CLONE_VM = 0x100;
    private static final int CLONE_FILES = 0x400;
    private static final int CLONE_VFORK = 0x4000;
    private static final int CLONE_THREAD = 0x1_0000;
    private static final int CLONE_SETTLS = 0x8_0000;
    private static final int CLONE_PARENT_SETTID = 0x10_0000;
    private static final int CLONE_CHILD_CLEARTID = 0x20_0000;
    private static final int CLONE_CHILD_SETTID = 0x100_0000;
    private static final int MAX_TEXTS = 1024;
    private static final int WNOHANG = 1;
    private static final int KERNEL_STACK_PAGES = 4;

    private ProcessCalls() {}

    static Outcome fork(Call call) {
        return clone(call, 0, 0);
    }

    static Outcome vfork(Call call) {
        return clone(call, CLONE_VM | CLONE_VFORK, 0);
    }

    static Outcome clone(Call call) {
        return clone(call, call.word(0), call.argument(1));
    }

    private static Outcome clone(Call call, int flags, long stack) {
        Kernel kernel = call.kernel();
        Task parent = call.process();
        boolean thread = (flags & CLONE_THREAD) != 0;
        boolean vfork = (flags & CLONE_VFORK) != 0;
        if (vfork && kernel.processes().find(vforkChild(call)).isPresent()) {
            // Tried again after the child has left our memory: the child exists already.
            int child = vforkChild(call);
            call.registers().set(Gpr.R11, 0);
            return new Outcome.Done(child);
        }
        int pid = kernel.processes().newPid();
        long cr3 = (flags & CLONE_VM) != 0 ? parent.cr3() : AddressSpaces.duplicate(kernel, parent.cr3());
        int descriptors = (flags & CLONE_FILES) != 0
                ? parent.descriptors()
                : kernel.openFiles().copyTable(parent.descriptors());
        GpaRange kernelStack = kernel.pages().pages(KERNEL_STACK_PAGES);
        long fsBase =
                (flags & CLONE_SETTLS) != 0 ? call.argument(4) : kernel.cpu().readMsr(Msr.FS_BASE);
        Task child = new Task(
                pid,
                thread ? parent.group() : pid,
                thread ? parent.parent() : parent.group(),
                parent.name(),
                parent.cpu(),
                new Task.State.Ready(),
                cr3,
                descriptors,
                kernelStack,
                fsBase,
                (flags & CLONE_CHILD_CLEARTID) != 0 ? call.argument(3) : 0,
                vfork ? parent.pid() : 0);
        kernel.processes().put(child);
        UserRegisters registers = UserRegisters.of(kernel.cpu().memory(), child);
        kernel.cpu()
                .memory()
                .writeBytes(
                        registers.gva(),
                        kernel.cpu().memory().readBytes(call.registers().gva(), UserRegisters.SIZE));
        registers.set(Gpr.RAX, 0);
        if (stack != 0) {
            registers.set(Gpr.RSP, stack);
        }
        if ((flags & CLONE_PARENT_SETTID) != 0) {
            call.user().write(call.argument(2), new ByteWriter().u32(pid).toBytes());
        }
        if ((flags & CLONE_CHILD_SETTID) != 0) {
            Exec.copy(
                    kernel,
                    kernel.tables(cr3),
                    call.argument(3),
                    new ByteWriter().u32(pid).toBytes());
        }
        if (vfork) {
            call.registers().set(Gpr.R11, pid);
            return new Outcome.Wait(new Task.Event.VforkDone(pid));
        }
        return new Outcome.Done(pid);
    }

    /** While a caller of vfork waits, its R11, which a system call may destroy, has the number of the child. */
    private static int vforkChild(Call call) {
        int candidate = (int) call.registers().get(Gpr.R11);
        return call.process().state() instanceof Task.State.Retrying ? candidate : 0;
    }

    static Outcome execve(Call call) {
        Kernel kernel = call.kernel();
        String path = call.text(0);
        List<Bytes> arguments = texts(call, call.argument(1));
        List<Bytes> environment = texts(call, call.argument(2));
        Exec exec = Exec.load(kernel, path, arguments, environment);
        Task process = call.process();
        for (int descriptor :
                List.copyOf(kernel.openFiles().table(process.descriptors()).keySet())) {
            if ((kernel.openFiles().get(process.descriptors(), descriptor).flags() & OpenFlags.CLOEXEC) != 0) {
                PathCalls.close(kernel, process.descriptors(), descriptor);
            }
        }
        kernel.processes().put(process.withProgram(path.substring(path.lastIndexOf('/') + 1), exec.cr3()));
        kernel.load(exec.cr3());
        kernel.cpu().writeMsr(Msr.FS_BASE, 0);
        ProcessEnd.leaveMemory(kernel, process);
        start(call.registers(), exec);
        kernel.log(Kernel.DEBUG, "exec " + path + " as process " + process.pid());
        return new Outcome.Replaced();
    }

    /** Registers with which a program starts. */
    static void start(UserRegisters registers, Exec exec) {
        registers.clear();
        registers.setReturn(exec.entry(), 0x202);
        registers.set(Gpr.RSP, exec.rsp());
    }

    private static List<Bytes> texts(Call call, long address) {
        List<Bytes> texts = new ArrayList<>();
        if (address == 0) {
            return texts;
        }
        while (true) {
            long text = call.user().readU64(address + texts.size() * 8L);
            if (text == 0) {
                return texts;
            }
            if (texts.size() == MAX_TEXTS) {
                throw new LinuxError(Errno.E2BIG, "arguments");
            }
            texts.add(call.user().argument(text));
        }
    }

    static Outcome exit(Call call) {
        ProcessEnd.thread(call.kernel(), call.process(), call.word(0) << 8 & 0xff00);
        return new Outcome.Gone();
    }

    static Outcome exitGroup(Call call) {
        ProcessEnd.group(call.kernel(), call.process(), call.word(0) << 8 & 0xff00);
        return new Outcome.Gone();
    }

    /** Nobody handles signals here: every one but 0 ends its process. */
    static Outcome kill(Call call) {
        Kernel kernel = call.kernel();
        int signal = call.word(1);
        Task target = kernel.processes().get(call.word(0));
        if (signal < 0 || signal > 64) {
            throw new LinuxError(Errno.EINVAL, "signal " + signal);
        }
        if (signal == 0 || !target.isAlive()) {
            return Outcome.SUCCESS;
        }
        ProcessEnd.group(kernel, target, signal);
        return target.group() == call.process().group() ? new Outcome.Gone() : Outcome.SUCCESS;
    }

    static Outcome wait4(Call call) {
        Kernel kernel = call.kernel();
        int wanted = call.word(0);
        int self = call.process().group();
        List<Task> children = kernel.processes().all().stream()
                .filter(process -> process.parent() == self && process.pid() == process.group())
                .filter(process -> wanted <= 0 || process.pid() == wanted)
                .toList();
        if (children.isEmpty()) {
            throw new LinuxError(Errno.ECHILD, "process " + self);
        }
        Optional<Task> ended =
                children.stream().filter(child -> !child.isAlive()).findFirst();
        if (ended.isEmpty()) {
            return (call.word(2) & WNOHANG) != 0 ? Outcome.SUCCESS : new Outcome.Wait(new Task.Event.ChildExit());
        }
        if (call.argument(1) != 0 && ended.get().state() instanceof Task.State.Zombie zombie) {
            call.user()
                    .write(
                            call.argument(1),
                            new ByteWriter().u32(zombie.status()).toBytes());
        }
        kernel.processes().remove(ended.get().pid());
        return new Outcome.Done(ended.get().pid());
    }
}
