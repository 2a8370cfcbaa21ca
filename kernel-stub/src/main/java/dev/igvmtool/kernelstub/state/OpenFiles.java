package dev.igvmtool.kernelstub.state;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.kernelstub.fault.LinuxError;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Descriptor tables, open files and pipes, during one step. */
public final class OpenFiles {
    private static final int MAX_DESCRIPTORS = 4096;

    private final SortedMap<Integer, OpenFile> openFiles;
    private final SortedMap<Integer, SortedMap<Integer, Integer>> tables;
    private final SortedMap<Integer, Bytes> pipes;
    private int nextFile;
    private int nextTable;
    private int nextPipe;

    OpenFiles(KernelState state) {
        this.openFiles = new TreeMap<>(state.openFiles());
        this.tables = new TreeMap<>(state.descriptorTables());
        this.pipes = new TreeMap<>(state.pipes());
        this.nextFile = state.next().openFile();
        this.nextTable = state.next().table();
        this.nextPipe = state.next().pipe();
    }

    SortedMap<Integer, OpenFile> openFiles() {
        return openFiles;
    }

    SortedMap<Integer, SortedMap<Integer, Integer>> tables() {
        return tables;
    }

    SortedMap<Integer, Bytes> pipes() {
        return pipes;
    }

    int nextFile() {
        return nextFile;
    }

    int nextTable() {
        return nextTable;
    }

    int nextPipe() {
        return nextPipe;
    }

    /** An empty descriptor table. */
    public int newTable() {
        tables.put(nextTable, new TreeMap<>());
        return nextTable++;
    }

    /** A copy of a table, sharing the open files. */
    public int copyTable(int table) {
        int copy = newTable();
        for (Map.Entry<Integer, Integer> descriptor : table(table).entrySet()) {
            set(copy, descriptor.getKey(), descriptor.getValue());
        }
        return copy;
    }

    /** Number of the open file behind a descriptor. */
    public int number(int table, int descriptor) {
        Integer number = table(table).get(descriptor);
        if (number == null) {
            throw new LinuxError(Errno.EBADF, "descriptor " + descriptor);
        }
        return number;
    }

    /** The open file behind a descriptor. */
    public OpenFile get(int table, int descriptor) {
        return get(number(table, descriptor));
    }

    /** The open file with a number. */
    public OpenFile get(int number) {
        OpenFile file = openFiles.get(number);
        if (file == null) {
            throw new LinuxError(Errno.EBADF, "open file " + number);
        }
        return file;
    }

    /** Changes an open file. */
    public void put(int number, OpenFile file) {
        openFiles.put(number, file);
    }

    /** Opens {@code file} behind the lowest free descriptor. */
    public int open(int table, OpenFile file) {
        int descriptor = 0;
        while (table(table).containsKey(descriptor)) {
            descriptor++;
        }
        if (descriptor >= MAX_DESCRIPTORS) {
            throw new LinuxError(Errno.EMFILE, file.path());
        }
        openFiles.put(nextFile, file.withReferences(0));
        set(table, descriptor, nextFile++);
        return descriptor;
    }

    /** Makes {@code descriptor} another name of an open file; what it named before must be closed already. */
    public void set(int table, int descriptor, int number) {
        SortedMap<Integer, Integer> changed = new TreeMap<>(table(table));
        changed.put(descriptor, number);
        tables.put(table, changed);
        OpenFile file = get(number);
        openFiles.put(number, file.withReferences(file.references() + 1));
    }

    /**
     * Takes a descriptor away.
     *
     * @return the open file if this was its last descriptor
     */
    public Optional<OpenFile> close(int table, int descriptor) {
        int number = number(table, descriptor);
        SortedMap<Integer, Integer> changed = new TreeMap<>(table(table));
        changed.remove(descriptor);
        tables.put(table, changed);
        OpenFile file = get(number);
        if (file.references() > 1) {
            openFiles.put(number, file.withReferences(file.references() - 1));
            return Optional.empty();
        }
        openFiles.remove(number);
        return Optional.of(file);
    }

    /** Descriptors of a table, ascending. */
    public SortedMap<Integer, Integer> table(int table) {
        SortedMap<Integer, Integer> descriptors = tables.get(table);
        if (descriptors == null) {
            throw new IllegalStateException("no descriptor table " + table);
        }
        return descriptors;
    }

    /** Forgets an empty table. */
    public void removeTable(int table) {
        tables.remove(table);
    }

    /** True if some open file is this inode. */
    public boolean isOpen(long inode) {
        return openFiles.values().stream()
                .anyMatch(file -> file.target() instanceof OpenFile.Target.Node node && node.inode() == inode);
    }

    /** An empty pipe. */
    public int newPipe() {
        pipes.put(nextPipe, Bytes.EMPTY);
        return nextPipe++;
    }

    /** What is in a pipe. */
    public Bytes pipe(int pipe) {
        return pipes.getOrDefault(pipe, Bytes.EMPTY);
    }

    /** Changes what is in a pipe. */
    public void putPipe(int pipe, Bytes content) {
        pipes.put(pipe, content);
    }

    /** True if some open file is this end of a pipe. */
    public boolean hasEnd(int pipe, boolean writes) {
        return openFiles.values().stream()
                .anyMatch(file -> file.target() instanceof OpenFile.Target.PipeEnd end
                        && end.pipe() == pipe
                        && end.writes() == writes);
    }
}
