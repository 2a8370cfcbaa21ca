package dev.igvmtool.kernelstub.fs;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.Fdt;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;

/**
 * {@code /proc/device-tree}: one directory per node, one file per property. The files' content is the blob itself, as
 * it lies in guest memory.
 */
public final class DeviceTreeFs {
    private static final int BEGIN_NODE = 1;
    private static final int END_NODE = 2;
    private static final int PROP = 3;
    private static final int NOP = 4;
    private static final int OFF_STRUCT = 8;
    private static final int OFF_STRINGS = 12;

    private DeviceTreeFs() {}

    /**
     * Adds the tree.
     *
     * @param blob a copy of the blob
     * @param gpa where the blob is
     * @return the directory of the root node, without a name
     * @throws FormatException if the blob is malformed
     */
    public static long add(FileTree files, Bytes blob, long gpa) {
        Fdt.parse(blob);
        // The walk below relies on what the reader has just checked.
        ByteBuffer buffer = blob.asBuffer().order(ByteOrder.BIG_ENDIAN);
        int strings = buffer.getInt(OFF_STRINGS);
        long root = files.create(new Inode.Directory(0555, Files.ROOT, new TreeMap<>()));
        Deque<Long> path = new ArrayDeque<>();
        for (int at = buffer.getInt(OFF_STRUCT); ; ) {
            int token = buffer.getInt(at);
            at += 4;
            if (token == BEGIN_NODE) {
                String name = text(blob, at);
                at = aligned(at + Bytes.utf8(name).size() + 1);
                path.push(path.isEmpty() ? root : directory(files, path.peek(), name));
            } else if (token == PROP) {
                int length = buffer.getInt(at);
                String name = text(blob, strings + buffer.getInt(at + 4));
                property(files, path.getFirst(), name, GpaRange.ofSize(gpa + at + 8, length));
                at = aligned(at + 8 + length);
            } else if (token == END_NODE) {
                path.pop();
            } else if (token != NOP) {
                return root;
            }
        }
    }

    /** Linux gives the second of two equal names a suffix; so do we, for files and directories. */
    private static String free(FileTree files, long directory, String name) {
        Inode.Directory contents = (Inode.Directory) files.inode(directory);
        String candidate = name.replace('/', '!');
        for (int i = 1; contents.entries().containsKey(candidate); i++) {
            candidate = name.replace('/', '!') + "#" + i;
        }
        return candidate;
    }

    private static long directory(FileTree files, long parent, String name) {
        return files.addAt(parent, free(files, parent, name), new Inode.Directory(0555, parent, new TreeMap<>()));
    }

    private static void property(FileTree files, long directory, String name, GpaRange value) {
        List<GpaRange> content = value.isEmpty() ? List.of() : List.of(value);
        files.addAt(directory, free(files, directory, name), new Inode.RegularFile(0444, value.size(), content, false));
    }

    private static String text(Bytes blob, int at) {
        int end = at;
        while (blob.get(end) != 0) {
            end++;
        }
        return blob.slice(at, end - at).toUtf8();
    }

    private static int aligned(int offset) {
        return offset + 3 & ~3;
    }
}
