package dev.igvmtool.kernelstub.fs;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.FileMode;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A file of any kind, without its names. */
public sealed interface Inode {
    /** Type and permissions, see {@link FileMode}. */
    int mode();

    /** What {@code stat} calls the size. */
    long size();

    /**
     * A directory.
     *
     * @param permissions without the type
     * @param parent inode number of the directory above; itself for a root
     * @param entries inode numbers by name, without {@code .} and {@code ..}
     */
    record Directory(int permissions, long parent, SortedMap<String, Long> entries) implements Inode {
        public Directory {
            entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
        }

        @Override
        public int mode() {
            return FileMode.DIRECTORY | permissions;
        }

        @Override
        public long size() {
            return 0;
        }

        /** The directory with one more name, or another file for a name. */
        Directory with(String name, long inode) {
            SortedMap<String, Long> changed = new TreeMap<>(entries);
            changed.put(name, inode);
            return new Directory(permissions, parent, changed);
        }

        /** The directory below another. */
        Directory below(long newParent) {
            return new Directory(permissions, newParent, entries);
        }

        /** The directory without a name. */
        Directory without(String name) {
            SortedMap<String, Long> changed = new TreeMap<>(entries);
            changed.remove(name);
            return new Directory(permissions, parent, changed);
        }
    }

    /**
     * A file whose content lies in guest memory, piece by piece.
     *
     * @param permissions without the type
     * @param size bytes of content
     * @param extents pieces in order, together at least {@code size} bytes
     * @param owned true if the pieces are whole pages that were allocated for this file
     */
    record RegularFile(int permissions, long size, List<GpaRange> extents, boolean owned) implements Inode {
        public RegularFile {
            extents = List.copyOf(extents);
        }

        @Override
        public int mode() {
            return FileMode.REGULAR | permissions;
        }

        /** Bytes that the pieces have room for. */
        public long capacity() {
            return extents.stream().mapToLong(GpaRange::size).sum();
        }
    }

    /** A symbolic link. */
    record SymbolicLink(String target) implements Inode {
        @Override
        public int mode() {
            return FileMode.LINK | 0777;
        }

        @Override
        public long size() {
            return target.length();
        }
    }

    /**
     * A device node, a pipe or a socket: what it does depends on type and number alone.
     *
     * @param mode type and permissions
     */
    record DeviceNode(int mode, long major, long minor) implements Inode {
        @Override
        public long size() {
            return 0;
        }
    }

    /**
     * A file of /proc or /sys with behaviour.
     *
     * @param permissions without the type
     * @param kind what reading and writing do
     * @param path as user programs know it
     */
    record PseudoFile(int permissions, Kind kind, String path) implements Inode {
        /** What reading and writing do. */
        public enum Kind {
            /** Keeps the text that was written last and gives it back. */
            SETTING,
            /** Takes text; each write is an order. */
            COMMAND,
            /** {@code online} of a processor: reading tells, writing 1 starts it. */
            CPU_ONLINE,
            /** Text made at the time of reading. */
            REPORT
        }

        @Override
        public int mode() {
            return FileMode.REGULAR | permissions;
        }

        @Override
        public long size() {
            return 4096;
        }
    }
}
