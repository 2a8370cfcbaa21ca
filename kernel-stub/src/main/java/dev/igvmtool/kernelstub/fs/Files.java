package dev.igvmtool.kernelstub.fs;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All files of the kernel at one moment, as they are kept between steps.
 *
 * @param inodes by number; 1 is the root directory
 * @param mounts root directory by covered directory
 * @param next number of the next inode
 */
public record Files(SortedMap<Long, Inode> inodes, SortedMap<Long, Long> mounts, long next) {
    /** Number of the root directory. */
    public static final long ROOT = 1;

    public Files {
        inodes = Collections.unmodifiableSortedMap(inodes);
        mounts = Collections.unmodifiableSortedMap(mounts);
    }

    /** An empty root directory. */
    public static Files empty() {
        SortedMap<Long, Inode> inodes = new TreeMap<>();
        inodes.put(ROOT, new Inode.Directory(0755, ROOT, new TreeMap<>()));
        return new Files(inodes, new TreeMap<>(), ROOT + 1);
    }
}
