package dev.igvmtool.kernelstub.process;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.fs.Inode;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.OpenFile;
import dev.igvmtool.kernelstub.state.ProcessTable;
import dev.igvmtool.kernelstub.state.Task;
import java.util.List;

/** How threads and processes end: what they held is given back, and those who wait for it are told. */
public final class ProcessEnd {
    private ProcessEnd() {}

    /** Ends all threads of a process, the caller among them. */
    public static void group(Kernel kernel, Task process, int status) {
        for (Task thread : kernel.processes().all()) {
            if (thread.group() == process.group() && thread.pid() != process.pid() && thread.isAlive()) {
                thread(kernel, thread, status);
            }
        }
        thread(kernel, process, status);
    }

    /**
     * Ends one thread; with the last one ends the process.
     *
     * @param status as {@code wait4} gives it
     * @throws KernelPanic if the first process ends
     */
    public static void thread(Kernel kernel, Task thread, int status) {
        if (thread.group() == ProcessTable.INIT && lastOfGroup(kernel, thread)) {
            throw new KernelPanic(String.format("Attempted to kill init! exitcode=0x%08x", status));
        }
        if (thread.clearTid() != 0) {
            clearTid(kernel, thread);
        }
        if (kernel.cpu().get(ControlRegister.CR3) == kernel.tables(thread.cr3()).cr3()) {
            kernel.load(kernel.layout().cr3());
            kernel.cpu().set(Gpr.RSP, kernel.area().idleStackTop());
        }
        boolean last = lastOfGroup(kernel, thread);
        kernel.processes().remove(thread.pid());
        closeTable(kernel, thread.descriptors());
        kernel.pages().release(thread.kernelStack());
        leaveMemory(kernel, thread);
        if (last) {
            endProcess(kernel, thread, status);
        }
    }

    /** Gives the address space of {@code process} up, which it does not use any more. */
    public static void leaveMemory(Kernel kernel, Task process) {
        if (process.vforkParent() != 0) {
            kernel.processes().wake(event -> event.equals(new Task.Event.VforkDone(process.pid())));
        }
        boolean shared = kernel.processes().all().stream().anyMatch(other -> other.cr3() == process.cr3());
        if (!shared) {
            AddressSpaces.release(kernel, process.cr3());
        }
    }

    private static void endProcess(Kernel kernel, Task process, int status) {
        for (Task child : kernel.processes().all()) {
            if (child.parent() == process.group()) {
                kernel.processes().put(child.withParent(ProcessTable.INIT));
            }
        }
        kernel.processes()
                .put(new Task(
                        process.group(),
                        process.group(),
                        process.parent(),
                        process.name(),
                        process.cpu(),
                        new Task.State.Zombie(status),
                        0,
                        0,
                        new GpaRange(0, 0),
                        0,
                        0,
                        0));
        kernel.processes().wake(Task.Event.ChildExit.class::isInstance);
        kernel.log(
                Kernel.DEBUG,
                String.format("process %d (%s) has ended, status 0x%x", process.group(), process.name(), status));
    }

    private static boolean lastOfGroup(Kernel kernel, Task thread) {
        return kernel.processes().all().stream()
                .noneMatch(other -> other.group() == thread.group() && other.pid() != thread.pid() && other.isAlive());
    }

    private static void clearTid(Kernel kernel, Task thread) {
        try {
            Exec.copy(kernel, kernel.tables(thread.cr3()), thread.clearTid(), Bytes.zeros(4));
            long gpa = kernel.tables(thread.cr3())
                    .lookup(thread.clearTid())
                    .orElseThrow()
                    .gpa(thread.clearTid());
            kernel.processes().wake(event -> event.equals(new Task.Event.Futex(gpa)));
        } catch (LinuxError e) {
            kernel.log(Kernel.DEBUG, "thread " + thread.pid() + " ends: " + e.getMessage());
        }
    }

    private static void closeTable(Kernel kernel, int table) {
        if (kernel.processes().all().stream().anyMatch(other -> other.isAlive() && other.descriptors() == table)) {
            return;
        }
        for (int descriptor : List.copyOf(kernel.openFiles().table(table).keySet())) {
            kernel.openFiles().close(table, descriptor).ifPresent(file -> closed(kernel, file));
        }
        kernel.openFiles().removeTable(table);
    }

    /** Frees what nobody can reach after the last descriptor of {@code file} was closed. */
    public static void closed(Kernel kernel, OpenFile file) {
        if (file.target() instanceof OpenFile.Target.PipeEnd end) {
            kernel.processes()
                    .wake(event -> event.equals(new Task.Event.Pipe(end.pipe())) || event instanceof Task.Event.Poll);
        } else if (file.target() instanceof OpenFile.Target.Node node) {
            forgetIfUnused(kernel, node.inode());
        }
    }

    /** Frees a regular file that has neither name nor descriptor. */
    public static void forgetIfUnused(Kernel kernel, long number) {
        Inode inode = kernel.files().inode(number);
        if (inode instanceof Inode.RegularFile file
                && file.owned()
                && !kernel.openFiles().isOpen(number)
                && kernel.files().links(number) == 0) {
            kernel.data().release(file);
            kernel.files().forget(number);
        }
    }
}
