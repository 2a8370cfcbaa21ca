package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.paravisor.ImportedRegions;
import dev.igvmtool.machine.guest.Cpu;
import java.util.ArrayList;
import java.util.List;

/**
 * What the shim found in shared pages before it made them its own, kept in its bss so that a mismatch can be explained
 * later. A view. Follows openhcl_boot/src/arch/x86_64/memory.rs, which does so for diagnosis only.
 */
record HashRecord(Memory memory, long address) {
    static final int PAGE_BYTES = 4096;
    /** Pieces of at most 2 MiB that can be kept. */
    static final int MAX_CHUNKS = 256;
    /** Pages whose state can be kept. */
    static final int MAX_PAGES = 32 * 1024;
    /** Bad pages that are kept in detail. */
    static final int MAX_BAD_PAGES = 3;

    private static final int HASH = ImportedRegions.HASH_BYTES;
    private static final int CHUNK_COUNT = 0x04;
    private static final int SEEN_PAGES = 0x08;
    private static final int BAD_PAGES = 0x0c;
    private static final int KEPT_BAD_PAGES = 0x10;
    private static final int COMBINED = 0x20;
    private static final int CHUNKS = 0x1000;
    private static final int CHUNK_BYTES = 16 + HASH;
    private static final int BITMAP = CHUNKS + MAX_CHUNKS * CHUNK_BYTES;
    private static final int KEPT = BITMAP + MAX_PAGES / Byte.SIZE;
    private static final int KEPT_BYTES = 16 + 2 * HASH;

    /** A piece as it was when it was shared. */
    record Chunk(long gpa, int size, Bytes sha384) {}

    /** A page that is not as the image's maker saw it. */
    record BadPage(int index, long gpa, Bytes found, Bytes expected) {}

    static HashRecord of(Cpu cpu) {
        return new HashRecord(cpu.memory(), ShimLayout.of(cpu).at(ShimLayout.Static.HASH_RECORD));
    }

    int seenPages() {
        return (int) memory.readU32(address + SEEN_PAGES);
    }

    int badPages() {
        return (int) memory.readU32(address + BAD_PAGES);
    }

    /** Counts a page that is as it should be, or cannot be compared. */
    void addGoodPage() {
        memory.writeU32(address + SEEN_PAGES, seenPages() + 1L);
    }

    /** Counts a page that is not as it should be. */
    void addBadPage(long gpa, Bytes found, Bytes expected) {
        int index = seenPages();
        memory.writeU32(address + BAD_PAGES, badPages() + 1L);
        if (index < MAX_PAGES) {
            long octet = address + BITMAP + index / Byte.SIZE;
            memory.writeU8(octet, memory.readU8(octet) | 1 << index % Byte.SIZE);
        }
        int kept = (int) memory.readU32(address + KEPT_BAD_PAGES);
        if (kept < MAX_BAD_PAGES) {
            long place = address + KEPT + (long) kept * KEPT_BYTES;
            memory.writeU64(place, gpa);
            memory.writeU32(place + Long.BYTES, index);
            memory.writeBytes(place + 16, found);
            memory.writeBytes(place + 16 + HASH, expected);
            memory.writeU32(address + KEPT_BAD_PAGES, kept + 1L);
        }
        addGoodPage();
    }

    /** One bit for each page seen, set for those that are bad. */
    Bytes bitmap() {
        int pages = Math.min(seenPages(), MAX_PAGES);
        return memory.readBytes(address + BITMAP, (pages + Byte.SIZE - 1) / Byte.SIZE);
    }

    List<BadPage> keptBadPages() {
        List<BadPage> pages = new ArrayList<>();
        for (int i = 0; i < memory.readU32(address + KEPT_BAD_PAGES); i++) {
            long place = address + KEPT + (long) i * KEPT_BYTES;
            pages.add(new BadPage(
                    (int) memory.readU32(place + Long.BYTES),
                    memory.readU64(place),
                    memory.readBytes(place + 16, HASH),
                    memory.readBytes(place + 16 + HASH, HASH)));
        }
        return pages;
    }

    /** Keeps a piece; false if there is no room. */
    boolean add(Chunk chunk) {
        long count = memory.readU32(address + CHUNK_COUNT);
        if (count == MAX_CHUNKS) {
            return false;
        }
        long place = address + CHUNKS + count * CHUNK_BYTES;
        memory.writeU64(place, chunk.gpa);
        memory.writeU32(place + Long.BYTES, chunk.size);
        memory.writeBytes(place + 16, chunk.sha384);
        memory.writeU32(address + CHUNK_COUNT, count + 1);
        return true;
    }

    List<Chunk> chunks() {
        List<Chunk> chunks = new ArrayList<>();
        for (int i = 0; i < memory.readU32(address + CHUNK_COUNT); i++) {
            long place = address + CHUNKS + (long) i * CHUNK_BYTES;
            chunks.add(new Chunk(
                    memory.readU64(place),
                    (int) memory.readU32(place + Long.BYTES),
                    memory.readBytes(place + 16, HASH)));
        }
        return chunks;
    }

    /** Hash over all pieces in order; meaningful only if there are any. */
    Bytes combined() {
        return memory.readBytes(address + COMBINED, HASH);
    }

    void setCombined(Bytes sha384) {
        memory.writeBytes(address + COMBINED, sha384);
    }
}
