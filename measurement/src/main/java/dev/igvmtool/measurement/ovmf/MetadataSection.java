package dev.igvmtool.measurement.ovmf;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory that OVMF wants to have at launch, by its SEV metadata. Specification: OVMF,
 * {@code ResetVector/X64/OvmfSevMetadata.asm}.
 *
 * @param range whole pages
 */
record MetadataSection(GpaRange range, Type type) {
    private static final long SIGNATURE = 0x5645_5341;
    private static final int HEADER_BYTES = 16;
    private static final int SECTION_BYTES = 12;
    private static final int PAGE = 4096;
    // All memory below 4 GiB: nothing that stands in such a file needs more.
    private static final long MAX_PAGES = 1 << 20;

    /** What the memory is for. */
    enum Type {
        SEC_MEMORY(1),
        SECRETS(2),
        CPUID(3),
        SVSM_CALLING_AREA(4),
        KERNEL_HASHES(0x10);

        private final int value;

        Type(int value) {
            this.value = value;
        }
    }

    /**
     * Reads all sections.
     *
     * @param offsetFromEnd of the metadata, from the end of the firmware
     */
    static List<MetadataSection> read(Bytes firmware, long offsetFromEnd) {
        if (offsetFromEnd < HEADER_BYTES || offsetFromEnd > firmware.size()) {
            throw new FormatException(String.format(
                    "SEV metadata 0x%x bytes before the end of the firmware, expected 0x%x to 0x%x",
                    offsetFromEnd, HEADER_BYTES, firmware.size()));
        }
        ByteReader reader = new ByteReader(firmware.from((int) (firmware.size() - offsetFromEnd)));
        long signature = reader.u32();
        long size = reader.u32();
        long version = reader.u32();
        long count = reader.u32();
        if (signature != SIGNATURE || version != 1) {
            throw new FormatException(String.format(
                    "SEV metadata with signature 0x%08x and version %d, expected 0x%08x and 1",
                    signature, version, SIGNATURE));
        }
        if (size < HEADER_BYTES + count * SECTION_BYTES || size - HEADER_BYTES > reader.remaining()) {
            throw new FormatException(String.format(
                    "SEV metadata of 0x%x bytes with %d sections, expected 0x%x bytes and at most 0x%x",
                    size, count, HEADER_BYTES + count * SECTION_BYTES, reader.remaining() + HEADER_BYTES));
        }
        List<MetadataSection> sections = new ArrayList<>();
        long pages = 0;
        for (long i = 0; i < count; i++) {
            MetadataSection section = read(reader);
            pages += section.range().size() / PAGE;
            if (pages > MAX_PAGES) {
                throw new FormatException("SEV metadata asks for more than " + MAX_PAGES + " pages");
            }
            sections.add(section);
        }
        return List.copyOf(sections);
    }

    private static MetadataSection read(ByteReader reader) {
        long gpa = reader.u32();
        long size = reader.u32();
        long number = reader.u32();
        if (gpa % PAGE != 0 || size % PAGE != 0) {
            throw new FormatException(
                    String.format("SEV metadata section of 0x%x bytes at GPA 0x%x, expected whole pages", size, gpa));
        }
        for (Type type : Type.values()) {
            if (type.value == number) {
                return new MetadataSection(GpaRange.ofSize(gpa, size), type);
            }
        }
        throw new FormatException(
                String.format("SEV metadata section of type 0x%x at GPA 0x%x, expected 1 to 4 or 0x10", number, gpa));
    }
}
