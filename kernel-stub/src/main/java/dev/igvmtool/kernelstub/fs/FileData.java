package dev.igvmtool.kernelstub.fs;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.memory.PageAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads and writes the content of regular files where it lies in guest memory.
 *
 * @param physical memory by guest physical address
 * @param pages source of pages for growing files
 */
public record FileData(Memory physical, PageAllocator pages) {
    /** One piece of content as it lies in memory. */
    @FunctionalInterface
    private interface Piece {
        void at(long gpa, int done, int length);
    }

    /**
     * Copies content out.
     *
     * @return the bytes there were, at most {@code length}
     */
    public int read(Inode.RegularFile file, long position, byte[] target, int length) {
        int count = (int) Math.max(0, Math.min(length, file.size() - position));
        pieces(file, position, count, (gpa, done, part) -> physical.read(gpa, target, done, part));
        return count;
    }

    /** Copies content in; returns the file as it is then. */
    public Inode.RegularFile write(Inode.RegularFile file, long position, byte[] source, int length) {
        Inode.RegularFile grown = grow(file, position + length);
        pieces(grown, position, length, (gpa, done, part) -> physical.write(gpa, source, done, part));
        return grown;
    }

    /** The file with at least {@code size} bytes, new ones zero. */
    private Inode.RegularFile grow(Inode.RegularFile file, long size) {
        if (size <= file.size()) {
            return file;
        }
        List<GpaRange> extents = new ArrayList<>(file.extents());
        long missing = size - file.capacity();
        if (missing > 0) {
            for (GpaRange piece : pages.scattered(KernelMap.pages(missing) / KernelMap.PAGE)) {
                physical.zero(piece.start(), piece.size());
                extents.add(piece);
            }
        }
        return new Inode.RegularFile(file.permissions(), size, extents, true);
    }

    /** Gives the memory of a file back that is gone. */
    public void release(Inode.RegularFile file) {
        if (file.owned()) {
            file.extents().forEach(pages::release);
        }
    }

    private static void pieces(Inode.RegularFile file, long position, int length, Piece piece) {
        long start = 0;
        int done = 0;
        for (GpaRange extent : file.extents()) {
            if (done == length) {
                return;
            }
            long inside = position + done - start;
            if (inside < extent.size()) {
                int part = (int) Math.min(length - done, extent.size() - inside);
                piece.at(extent.start() + inside, done, part);
                done += part;
            }
            start += extent.size();
        }
    }
}
