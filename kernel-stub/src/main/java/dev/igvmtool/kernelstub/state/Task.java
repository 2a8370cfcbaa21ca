package dev.igvmtool.kernelstub.state;

import dev.igvmtool.abi.binary.GpaRange;

/**
 * {@code task_struct}: a process, or a thread of one. Its registers are on its kernel stack while it does not run in
 * user mode.
 *
 * @param pid thread id; the process id too for the first thread
 * @param group process id
 * @param parent process id of the parent, 0 for the first process
 * @param name last path element of the program
 * @param cpu index of the processor on which it runs
 * @param state whether it can run
 * @param cr3 root of its page tables
 * @param descriptors number of its descriptor table
 * @param kernelStack pages of its kernel stack
 * @param fsBase FS base while it does not run
 * @param clearTid address to clear and wake when the thread ends, 0 for none
 * @param vforkParent thread that waits for this one to leave its memory, 0 for none
 */
public record Task(
        int pid,
        int group,
        int parent,
        String name,
        int cpu,
        State state,
        long cr3,
        int descriptors,
        GpaRange kernelStack,
        long fsBase,
        long clearTid,
        int vforkParent) {
    /** Whether a process can run. */
    public sealed interface State {
        /** It can, in user mode. */
        record Ready() implements State {}

        /** It can; its system call is tried again. */
        record Retrying() implements State {}

        /** It waits inside a system call, which is tried again on an event. */
        record Waiting(Event event) implements State {}

        /** It has ended; the parent has not asked yet. */
        record Zombie(int status) implements State {}
    }

    /** What a process waits for. */
    public sealed interface Event {
        /** A child of the process ends. */
        record ChildExit() implements Event {}

        /** A pipe changes. */
        record Pipe(int pipe) implements Event {}

        /** The child of {@code vfork} leaves the memory of its parent. */
        record VforkDone(int child) implements Event {}

        /** Somebody wakes the word at a physical address. */
        record Futex(long gpa) implements Event {}

        /** A command of a sidecar VP ends. */
        record Sidecar(int cpu) implements Event {}

        /** The log grows. */
        record Log() implements Event {}

        /** One of several files can be read; which, the call finds out when it is tried again. */
        record Poll() implements Event {}
    }

    /** Top of the kernel stack, where the user registers are. */
    public long stackTop() {
        return kernelStack.end();
    }

    /** True if the scheduler may pick it. */
    public boolean canRun() {
        return state instanceof State.Ready || state instanceof State.Retrying;
    }

    /** True until it has ended. */
    public boolean isAlive() {
        return !(state instanceof State.Zombie);
    }

    Task withState(State next) {
        return new Task(
                pid, group, parent, name, cpu, next, cr3, descriptors, kernelStack, fsBase, clearTid, vforkParent);
    }

    /** The same, about to try its system call again. */
    public Task retrying() {
        return withState(new State.Retrying());
    }

    /** The same on another processor. */
    public Task withCpu(int next) {
        return new Task(
                pid, group, parent, name, next, state, cr3, descriptors, kernelStack, fsBase, clearTid, vforkParent);
    }

    /** The same with another FS base. */
    public Task withFsBase(long next) {
        return new Task(
                pid, group, parent, name, cpu, state, cr3, descriptors, kernelStack, next, clearTid, vforkParent);
    }

    /** The same with another parent. */
    public Task withParent(int next) {
        return new Task(
                pid, group, next, name, cpu, state, cr3, descriptors, kernelStack, fsBase, clearTid, vforkParent);
    }

    /** The same in another program with fresh memory. */
    public Task withProgram(String program, long root) {
        return new Task(pid, group, parent, program, cpu, state, root, descriptors, kernelStack, 0, 0, 0);
    }

    /** The same with an address to clear at its end. */
    public Task withClearTid(long address) {
        return new Task(
                pid, group, parent, name, cpu, state, cr3, descriptors, kernelStack, fsBase, address, vforkParent);
    }
}
