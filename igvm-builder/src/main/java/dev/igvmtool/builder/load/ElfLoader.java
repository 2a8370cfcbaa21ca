package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.elf.ElfFile;
import dev.igvmtool.abi.elf.ProgramHeader;
import java.util.List;

/**
 * Places the loadable segments of an ELF file by their physical addresses. Section headers, relocations and virtual
 * addresses do not matter. {@code vm/loader/src/elf.rs: load_static_elf}.
 */
final class ElfLoader {
    private final ImageSink sink;

    ElfLoader(ImageSink sink) {
        this.sink = sink;
    }

    /**
     * Where an executable stands.
     *
     * @param start first byte of its lowest page
     * @param end first byte past its highest page
     * @param entry address of the first instruction
     */
    record Placed(long start, long end, long entry) {}

    /**
     * Places an executable at {@code loadOffset} plus its physical addresses.
     *
     * @param start lowest address that it may have
     */
    Placed load(ElfFile elf, long start, long loadOffset, Acceptance acceptance, String tag) {
        return load(elf, start, loadOffset, false, acceptance, tag);
    }

    /** Places a position-independent executable so that its lowest page is at {@code start}. */
    Placed loadMovable(ElfFile elf, long start, Acceptance acceptance, String tag) {
        return load(elf, start, 0, true, acceptance, tag);
    }

    private Placed load(ElfFile elf, long start, long loadOffset, boolean movable, Acceptance acceptance, String tag) {
        List<ProgramHeader> segments = elf.loadSegments();
        if (segments.isEmpty()) {
            throw new FormatException("the ELF file has no loadable segment");
        }
        long offset = loadOffset;
        if (movable) {
            long low = segments.stream().mapToLong(ProgramHeader::paddr).min().orElseThrow();
            offset += Math.max(0, start - Math.max(low, 0));
        }
        long entry = atLeast(Pages.add(elf.header().entry(), offset, "ELF entry point"), start, "ELF entry point");
        long lowest = Long.MAX_VALUE;
        long end = offset;
        for (ProgramHeader segment : segments) {
            long gpa = atLeast(address(segment, offset), start, "ELF segment");
            lowest = Math.min(lowest, gpa & -Pages.SIZE);
            end = Math.max(end, Pages.up(Pages.add(gpa, segment.memsz(), "ELF segment end")));
        }
        if (entry < lowest || entry >= end) {
            throw new FormatException(String.format(
                    "ELF entry point 0x%x lies outside of all loadable segments",
                    elf.header().entry()));
        }
        long bias = movable ? lowest - start : 0;
        for (ProgramHeader segment : segments) {
            sink.importRegion(address(segment, offset) - bias, segment.memsz(), tag, acceptance, elf.content(segment));
        }
        return new Placed(lowest - bias, end - bias, entry - bias);
    }

    private static long address(ProgramHeader segment, long offset) {
        return Pages.add(segment.paddr(), offset, "ELF segment at");
    }

    private static long atLeast(long address, long start, String what) {
        if (address < start) {
            throw new FormatException(
                    String.format("%s 0x%x lies below the start of its memory, 0x%x", what, address, start));
        }
        return address;
    }
}
