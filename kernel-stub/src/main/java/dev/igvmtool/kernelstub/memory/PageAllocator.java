package dev.igvmtool.kernelstub.memory;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import java.util.ArrayList;
import java.util.List;

/**
 * Free pages of physical memory, lowest first. Lives for one step; what remains free goes into the kernel's record.
 */
public final class PageAllocator {
    private final List<GpaRange> free;

    /** @param free page aligned, ascending, disjoint */
    public PageAllocator(List<GpaRange> free) {
        this.free = new ArrayList<>(free);
    }

    /** Ranges that are free now, ascending. */
    public List<GpaRange> free() {
        return List.copyOf(free);
    }

    /** Bytes that are free now. */
    public long freeBytes() {
        return free.stream().mapToLong(GpaRange::size).sum();
    }

    /**
     * Takes one page, not cleared.
     *
     * @throws KernelPanic if there is none
     */
    public long page() {
        return pages(1).start();
    }

    /**
     * Takes {@code count} adjacent pages, not cleared.
     *
     * @throws KernelPanic if there is no such run
     */
    public GpaRange pages(long count) {
        long bytes = Math.multiplyExact(count, KernelMap.PAGE);
        for (int i = 0; i < free.size(); i++) {
            GpaRange range = free.get(i);
            if (range.size() >= bytes) {
                take(i, bytes);
                return GpaRange.ofSize(range.start(), bytes);
            }
        }
        throw new KernelPanic(
                String.format("Out of memory: no run of %d free pages among 0x%x free bytes", count, freeBytes()));
    }

    /**
     * Takes {@code count} pages in as few pieces as come, not cleared.
     *
     * @throws KernelPanic if there are not so many
     */
    public List<GpaRange> scattered(long count) {
        long bytes = Math.multiplyExact(count, KernelMap.PAGE);
        if (bytes > freeBytes()) {
            throw new KernelPanic(
                    String.format("Out of memory: %d pages wanted, 0x%x bytes are free", count, freeBytes()));
        }
        List<GpaRange> pieces = new ArrayList<>();
        while (bytes > 0) {
            GpaRange range = free.get(0);
            long taken = Math.min(range.size(), bytes);
            take(0, taken);
            pieces.add(GpaRange.ofSize(range.start(), taken));
            bytes -= taken;
        }
        return pieces;
    }

    /** Gives pages back. */
    public void release(GpaRange range) {
        int at = 0;
        while (at < free.size() && free.get(at).start() < range.start()) {
            at++;
        }
        boolean overlapsBefore = at > 0 && free.get(at - 1).overlaps(range);
        if (overlapsBefore || at < free.size() && free.get(at).overlaps(range)) {
            throw new IllegalStateException("pages " + range + " are free already");
        }
        free.add(at, range);
        join(at);
        if (at > 0) {
            join(at - 1);
        }
    }

    private void join(int at) {
        if (at + 1 < free.size() && free.get(at).end() == free.get(at + 1).start()) {
            free.set(at, new GpaRange(free.get(at).start(), free.get(at + 1).end()));
            free.remove(at + 1);
        }
    }

    private void take(int index, long bytes) {
        GpaRange range = free.get(index);
        if (range.size() == bytes) {
            free.remove(index);
        } else {
            free.set(index, new GpaRange(range.start() + bytes, range.end()));
        }
    }
}
