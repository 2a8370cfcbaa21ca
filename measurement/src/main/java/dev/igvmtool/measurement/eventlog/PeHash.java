package dev.igvmtool.measurement.eventlog;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The hash of an executable that UEFI measures: of everything but its checksum, the place of its signatures, and these.
 * Specification: Windows Authenticode Portable Executable Signature Format, "Calculating the PE Image Hash".
 */
public final class PeHash {
    private static final int MZ = 0x5a4d;
    private static final int NEW_HEADER_OFFSET = 0x3c;
    private static final long PE_SIGNATURE = 0x4550;
    private static final int COFF_BYTES = 24;
    private static final int PE32 = 0x10b;
    private static final int PE32_PLUS = 0x20b;
    private static final int HEADERS_SIZE_OFFSET = 60;
    private static final int CHECKSUM_OFFSET = 64;
    private static final int CERTIFICATE_DIRECTORY = 4;
    private static final int SECTION_BYTES = 40;

    private PeHash() {}

    /** @throws FormatException if it is no PE file, or one that says what cannot be */
    public static Bytes of(Bytes file, LogHash hash) {
        long header = isMz(file) ? slice(file, NEW_HEADER_OFFSET, 4).u32(0) : 0;
        Bytes coff = slice(file, header, COFF_BYTES);
        long optionalOffset = header + COFF_BYTES;
        Bytes optional = slice(file, optionalOffset, coff.u16(20));
        int magic = optional.size() < 2 ? 0 : optional.u16(0);
        if (coff.u32(0) != PE_SIGNATURE || magic != PE32 && magic != PE32_PLUS) {
            throw new FormatException("no PE file: signature or kind of optional header is another");
        }
        int directories = magic == PE32_PLUS ? 112 : 96;
        slice(optional, 0, directories);
        long directoryCount = optional.u32(directories - 4);
        long headersSize = optional.u32(HEADERS_SIZE_OFFSET);
        List<Bytes> parts = new ArrayList<>();
        long checksum = optionalOffset + CHECKSUM_OFFSET;
        parts.add(slice(file, 0, checksum));
        long certificates = 0;
        long next = checksum + 4;
        if (directoryCount > CERTIFICATE_DIRECTORY) {
            long entry = optionalOffset + directories + 8 * CERTIFICATE_DIRECTORY;
            certificates = slice(file, entry, 8).u32(4);
            parts.add(between(file, next, entry));
            next = entry + 8;
        }
        parts.add(between(file, next, headersSize));
        long end = headersSize;
        for (Bytes section : sections(file, optionalOffset + optional.size(), coff.u16(6))) {
            parts.add(section);
            end += section.size();
            if (end > file.size()) {
                throw new FormatException("PE file: its sections overlap, together they are larger than the file");
            }
        }
        parts.add(between(file, Math.min(end, file.size() - certificates), file.size() - certificates));
        return hash.hash(parts.toArray(Bytes[]::new));
    }

    private static boolean isMz(Bytes file) {
        return file.size() >= 2 && file.u16(0) == MZ;
    }

    /** Contents of sections that have any, by their place in the file. */
    private static List<Bytes> sections(Bytes file, long table, int count) {
        List<Bytes> headers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Bytes header = slice(file, table + (long) i * SECTION_BYTES, SECTION_BYTES);
            if (header.u32(16) != 0) {
                headers.add(header);
            }
        }
        headers.sort(Comparator.comparingLong(it -> it.u32(20)));
        return headers.stream().map(it -> slice(file, it.u32(20), it.u32(16))).toList();
    }

    private static Bytes between(Bytes file, long start, long end) {
        if (end < start) {
            throw new FormatException(String.format("PE file: 0x%x lies before 0x%x", end, start));
        }
        return slice(file, start, end - start);
    }

    private static Bytes slice(Bytes from, long offset, long size) {
        if (offset < 0 || size < 0 || offset > from.size() || size > from.size() - offset) {
            throw new FormatException(
                    String.format("PE file: 0x%x bytes at 0x%x reach past the end at 0x%x", size, offset, from.size()));
        }
        return from.slice((int) offset, (int) size);
    }
}
