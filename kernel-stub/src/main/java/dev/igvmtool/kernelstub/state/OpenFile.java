package dev.igvmtool.kernelstub.state;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.OpenFlags;

/**
 * An open file description: what several descriptors share after {@code dup2} and {@code fork}.
 *
 * @param target what is open
 * @param path as it was opened, for messages
 * @param flags of {@code open}
 * @param position where reading and writing go on
 * @param attachment what a device remembers for this opening, empty at first
 * @param references descriptors in all tables
 */
public record OpenFile(Target target, String path, int flags, long position, Bytes attachment, int references) {
    /** What is open. */
    public sealed interface Target {
        /** A file of the tree; it may have lost its name meanwhile. */
        record Node(long inode) implements Target {}

        /** One end of a pipe. */
        record PipeEnd(int pipe, boolean writes) implements Target {}

        /** The VTL file that {@code /dev/mshv} creates. */
        record VtlFile() implements Target {}
    }

    /** A fresh opening with one descriptor. */
    public OpenFile(Target target, String path, int flags) {
        this(target, path, flags, 0, Bytes.EMPTY, 1);
    }

    /** True if it may be read. */
    public boolean readable() {
        return (flags & OpenFlags.ACCESS) != OpenFlags.WRONLY;
    }

    /** True if it may be written. */
    public boolean writable() {
        return (flags & OpenFlags.ACCESS) != OpenFlags.RDONLY;
    }

    /** The same elsewhere. */
    public OpenFile at(long next) {
        return new OpenFile(target, path, flags, next, attachment, references);
    }

    /** The same with something else remembered. */
    public OpenFile with(Bytes remembered) {
        return new OpenFile(target, path, flags, position, remembered, references);
    }

    OpenFile withReferences(int count) {
        return new OpenFile(target, path, flags, position, attachment, count);
    }
}
