package dev.igvmtool.machine.memory;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Guest memory by guest physical address: RAM ranges, filled on demand with 4 KiB pages that snapshots share until they
 * are written. An access outside RAM is a {@link GpaFault} and has no effect. Pages may come from a mapped image, which
 * stays as it is.
 */
public final class PhysicalMemory implements Memory {
    /** Bytes of a page. */
    public static final int PAGE_SIZE = PageTree.PAGE;

    private static final int OFFSET_MASK = PAGE_SIZE - 1;
    private static final VarHandle U16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final PageTree pages;
    private long[] starts = {};
    private long[] ends = {};
    private int lastRange;
    private long ramChanges;
    private @Nullable WriteObserver observer;

    /** Memory without RAM. */
    public PhysicalMemory() {
        this(new PageTree());
    }

    private PhysicalMemory(PageTree pages) {
        this.pages = pages;
    }

    /** Memory with the given RAM, all zero. */
    public PhysicalMemory(List<GpaRange> ram) {
        this();
        setRam(ram);
    }

    /**
     * Declares which addresses are RAM; what was written stays.
     *
     * @param ram page-aligned ranges below 2^57, in any order, that do not overlap
     */
    public void setRam(List<GpaRange> ram) {
        List<GpaRange> sorted =
                ram.stream().sorted(Comparator.comparingLong(GpaRange::start)).toList();
        long[] newStarts = new long[sorted.size()];
        long[] newEnds = new long[sorted.size()];
        for (int i = 0; i < newStarts.length; i++) {
            GpaRange range = sorted.get(i);
            if (((range.start() | range.end()) & OFFSET_MASK) != 0
                    || range.start() < 0
                    || range.end() > 1L << 57
                    || i > 0 && range.start() < newEnds[i - 1]) {
                throw new IllegalArgumentException("RAM range " + range + " is not aligned, too high or overlaps");
            }
            newStarts[i] = range.start();
            newEnds[i] = range.end();
        }
        starts = newStarts;
        ends = newEnds;
        lastRange = 0;
        ramChanges++;
    }

    /** Tells {@code newObserver} of every change from now on, or nobody. Going back to a snapshot is no change. */
    public void observeWrites(@Nullable WriteObserver newObserver) {
        observer = newObserver;
    }

    private void report(long gpa, long length) {
        if (observer != null && length > 0) {
            observer.beforeWrite(gpa, length);
        }
    }

    /** The page of {@code gpa} holds translations that somebody remembers. */
    void watchTable(long gpa) {
        pages.watch(gpa >>> 12);
    }

    /** A number that grows whenever a page of {@link #watchTable}, or what is RAM, may have changed. */
    long translationVersion() {
        return pages.watchedChanges() + ramChanges;
    }

    /** The RAM ranges, ascending. */
    public List<GpaRange> ram() {
        GpaRange[] ranges = new GpaRange[starts.length];
        Arrays.setAll(ranges, i -> new GpaRange(starts[i], ends[i]));
        return List.of(ranges);
    }

    /** True if the address is RAM. */
    public boolean isRam(long gpa) {
        if (lastRange < starts.length && gpa >= starts[lastRange] && gpa < ends[lastRange]) {
            return true;
        }
        int found = Arrays.binarySearch(starts, gpa);
        int index = found >= 0 ? found : -found - 2;
        if (index < 0 || gpa < 0 || gpa >= ends[index]) {
            return false;
        }
        lastRange = index;
        return true;
    }

    /**
     * Places {@code content} at a page-aligned address without copying it; the rest of its last page becomes zero.
     */
    public void map(long gpa, Bytes content) {
        if ((gpa & OFFSET_MASK) != 0) {
            throw new IllegalArgumentException(String.format("0x%x is not page aligned", gpa));
        }
        for (int done = 0; done < content.size(); done += PAGE_SIZE) {
            check(gpa + done, AccessKind.WRITE);
        }
        report(gpa, content.size());
        for (int done = 0; done < content.size(); done += PAGE_SIZE) {
            Bytes page = content.slice(done, Math.min(PAGE_SIZE, content.size() - done));
            pages.back(gpa + done >>> 12, page);
        }
    }

    /** The present content, to be handed to {@link #restore}; cheap, pages are shared. */
    public MemorySnapshot snapshot() {
        return new MemorySnapshot(pages.snapshot(), starts, ends);
    }

    /** A memory of its own with the content of a snapshot, which may be another memory's. */
    static PhysicalMemory copyOf(MemorySnapshot snapshot) {
        PhysicalMemory copy = new PhysicalMemory(PageTree.copyOf(snapshot.tree()));
        copy.starts = snapshot.starts();
        copy.ends = snapshot.ends();
        return copy;
    }

    /** Goes back to an earlier content. */
    public void restore(MemorySnapshot snapshot) {
        pages.restore(snapshot.tree());
        starts = snapshot.starts();
        ends = snapshot.ends();
        lastRange = 0;
    }

    @Override
    public void read(long address, byte[] target, int offset, int length) {
        for (int done = 0; done < length; ) {
            long gpa = address + done;
            int inPage = (int) gpa & OFFSET_MASK;
            int chunk = Math.min(PAGE_SIZE - inPage, length - done);
            check(gpa, AccessKind.READ);
            byte[] page = pages.readable(gpa >>> 12);
            if (page == null) {
                Arrays.fill(target, offset + done, offset + done + chunk, (byte) 0);
            } else {
                System.arraycopy(page, inPage, target, offset + done, chunk);
            }
            done += chunk;
        }
    }

    @Override
    public void write(long address, byte[] source, int offset, int length) {
        checkAll(address, length);
        report(address, length);
        for (int done = 0; done < length; ) {
            long gpa = address + done;
            int inPage = (int) gpa & OFFSET_MASK;
            int chunk = Math.min(PAGE_SIZE - inPage, length - done);
            System.arraycopy(source, offset + done, pages.writable(gpa >>> 12), inPage, chunk);
            done += chunk;
        }
    }

    @Override
    public void zero(long address, long length) {
        checkAll(address, length);
        report(address, length);
        for (long done = 0; done < length; ) {
            long gpa = address + done;
            int inPage = (int) gpa & OFFSET_MASK;
            int chunk = (int) Math.min(PAGE_SIZE - inPage, length - done);
            if (chunk == PAGE_SIZE) {
                pages.clear(gpa >>> 12);
            } else if (pages.readable(gpa >>> 12) != null) {
                Arrays.fill(pages.writable(gpa >>> 12), inPage, inPage + chunk, (byte) 0);
            }
            done += chunk;
        }
    }

    @Override
    public int readU8(long address) {
        byte[] page = pageForReading(address);
        return page == null ? 0 : Byte.toUnsignedInt(page[(int) address & OFFSET_MASK]);
    }

    @Override
    public int readU16(long address) {
        if (crosses(address, Short.BYTES)) {
            return Memory.super.readU16(address);
        }
        byte[] page = pageForReading(address);
        return page == null ? 0 : Short.toUnsignedInt((short) U16.get(page, (int) address & OFFSET_MASK));
    }

    @Override
    public long readU32(long address) {
        if (crosses(address, Integer.BYTES)) {
            return Memory.super.readU32(address);
        }
        byte[] page = pageForReading(address);
        return page == null ? 0 : Integer.toUnsignedLong((int) U32.get(page, (int) address & OFFSET_MASK));
    }

    @Override
    public long readU64(long address) {
        if (crosses(address, Long.BYTES)) {
            return Memory.super.readU64(address);
        }
        byte[] page = pageForReading(address);
        return page == null ? 0 : (long) U64.get(page, (int) address & OFFSET_MASK);
    }

    @Override
    public void writeU8(long address, int value) {
        check(address, AccessKind.WRITE);
        report(address, 1);
        pages.writable(address >>> 12)[(int) address & OFFSET_MASK] = (byte) value;
    }

    @Override
    public void writeU16(long address, int value) {
        if (crosses(address, Short.BYTES)) {
            Memory.super.writeU16(address, value);
            return;
        }
        check(address, AccessKind.WRITE);
        report(address, Short.BYTES);
        U16.set(pages.writable(address >>> 12), (int) address & OFFSET_MASK, (short) value);
    }

    @Override
    public void writeU32(long address, long value) {
        if (crosses(address, Integer.BYTES)) {
            Memory.super.writeU32(address, value);
            return;
        }
        check(address, AccessKind.WRITE);
        report(address, Integer.BYTES);
        U32.set(pages.writable(address >>> 12), (int) address & OFFSET_MASK, (int) value);
    }

    @Override
    public void writeU64(long address, long value) {
        if (crosses(address, Long.BYTES)) {
            Memory.super.writeU64(address, value);
            return;
        }
        check(address, AccessKind.WRITE);
        report(address, Long.BYTES);
        U64.set(pages.writable(address >>> 12), (int) address & OFFSET_MASK, value);
    }

    private byte @Nullable [] pageForReading(long address) {
        check(address, AccessKind.READ);
        return pages.readable(address >>> 12);
    }

    private void checkAll(long address, long length) {
        for (long done = 0; done < length; done = ((address + done | OFFSET_MASK) + 1) - address) {
            check(address + done, AccessKind.WRITE);
        }
    }

    private void check(long gpa, AccessKind access) {
        if (!isRam(gpa)) {
            throw new GpaFault(GpaFault.Reason.UNMAPPED, gpa, access);
        }
    }

    private static boolean crosses(long address, int size) {
        return ((int) address & OFFSET_MASK) > PAGE_SIZE - size;
    }
}
