package dev.igvmtool.kernelstub.state;

import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.kernelstub.fault.LinuxError;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** All processes and their address spaces, during one step. */
public final class ProcessTable {
    /** Number of the first user process. */
    public static final int INIT = 1;

    private final SortedMap<Integer, Task> processes;
    private final SortedMap<Long, AddressSpace> spaces;
    private int nextPid;

    ProcessTable(KernelState state) {
        this.processes = new TreeMap<>(state.processes());
        this.spaces = new TreeMap<>(state.spaces());
        this.nextPid = state.next().pid();
    }

    SortedMap<Integer, Task> processes() {
        return processes;
    }

    SortedMap<Long, AddressSpace> spaces() {
        return spaces;
    }

    int nextPid() {
        return nextPid;
    }

    /** Number for a new process. */
    public int newPid() {
        return nextPid++;
    }

    /** The process with a number. */
    public Task get(int pid) {
        Task process = processes.get(pid);
        if (process == null) {
            throw new LinuxError(Errno.ESRCH, "process " + pid);
        }
        return process;
    }

    /** The process with a number, if there is one. */
    public Optional<Task> find(int pid) {
        return Optional.ofNullable(processes.get(pid));
    }

    /** All processes by number. */
    public Collection<Task> all() {
        return List.copyOf(processes.values());
    }

    /** Adds or replaces a process. */
    public void put(Task process) {
        processes.put(process.pid(), process);
    }

    /** Changes whether a process can run. */
    public void setState(int pid, Task.State state) {
        put(get(pid).withState(state));
    }

    /** Forgets a process. */
    public void remove(int pid) {
        processes.remove(pid);
    }

    /** Lets processes try again that wait for such an event. */
    public void wake(Predicate<Task.Event> event) {
        for (Task process : all()) {
            if (process.state() instanceof Task.State.Waiting waiting && event.test(waiting.event())) {
                put(process.withState(new Task.State.Retrying()));
            }
        }
    }

    /** The address space with a root. */
    public AddressSpace space(long cr3) {
        AddressSpace space = spaces.get(cr3);
        if (space == null) {
            throw new IllegalStateException(String.format("no address space at 0x%x", cr3));
        }
        return space;
    }

    /** Adds or changes an address space. */
    public void putSpace(long cr3, AddressSpace space) {
        spaces.put(cr3, space);
    }

    /** Forgets an address space. */
    public void removeSpace(long cr3) {
        spaces.remove(cr3);
    }

    /** The process that runs next on a processor: the first that can, counting on from {@code after}. */
    public Optional<Task> next(int cpu, int after) {
        List<Task> ready = processes.values().stream()
                .filter(process -> process.cpu() == cpu && process.canRun())
                .toList();
        Optional<Task> later =
                ready.stream().filter(process -> process.pid() > after).findFirst();
        return later.isPresent() ? later : ready.stream().findFirst();
    }
}
