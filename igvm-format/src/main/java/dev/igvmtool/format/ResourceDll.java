package dev.igvmtool.format;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.nio.charset.StandardCharsets;

/**
 * A 64-bit DLL that carries an IGVM file as its resource of type {@code VMFW}: the form in which Windows hosts keep it.
 * Specification: PE Format, sections "COFF File Header", "Optional Header", "The .rsrc Section". The first numbered
 * resource in its first language counts, as for igvmfilegen.
 */
final class ResourceDll {
    static final int MZ = 0x5a4d;
    private static final int NEW_HEADER_OFFSET = 0x3c;
    private static final long PE_SIGNATURE = 0x4550;
    private static final int COFF_SIZE = 20;
    private static final int PE32_PLUS = 0x20b;
    private static final int DIRECTORY_COUNT_OFFSET = 108;
    private static final int DIRECTORIES_OFFSET = 112;
    private static final int RESOURCE_DIRECTORY = 2;
    private static final int SECTION_SIZE = 40;
    private static final int TABLE_SIZE = 16;
    private static final int ENTRY_SIZE = 8;
    private static final long HIGH_BIT = 0x8000_0000L;
    private static final String TYPE = "VMFW";

    private final Bytes file;
    private Bytes sections = Bytes.EMPTY;

    private ResourceDll(Bytes file) {
        this.file = file;
    }

    /**
     * The IGVM file inside {@code file}, shared; {@code file} itself if it is no DLL.
     *
     * @throws FormatException if it is a DLL without such a resource, or a malformed one
     */
    static Bytes unwrap(Bytes file) {
        if (file.size() < 2 || file.u16(0) != MZ) {
            return file;
        }
        try {
            return new ResourceDll(file).resource();
        } catch (FormatException e) {
            throw e.in("the DLL around the IGVM file");
        }
    }

    private Bytes resource() {
        long header = slice(NEW_HEADER_OFFSET, 4, "DOS header").u32(0);
        Bytes coff = slice(header, 4L + COFF_SIZE, "PE header");
        if (coff.u32(0) != PE_SIGNATURE) {
            throw new FormatException(String.format("PE signature 0x%08x, expected 0x%08x", coff.u32(0), PE_SIGNATURE));
        }
        int sectionCount = coff.u16(4 + 2);
        int optionalSize = coff.u16(4 + 16);
        Bytes optional = slice(header + 4 + COFF_SIZE, optionalSize, "optional header");
        int directory = DIRECTORIES_OFFSET + RESOURCE_DIRECTORY * 8;
        if (optionalSize < directory + 8
                || optional.u16(0) != PE32_PLUS
                || optional.u32(DIRECTORY_COUNT_OFFSET) <= RESOURCE_DIRECTORY) {
            throw new FormatException("no 64-bit PE file with a resource directory");
        }
        sections = slice(header + 4 + COFF_SIZE + optionalSize, (long) SECTION_SIZE * sectionCount, "section table");
        Bytes resources = atRva(optional.u32(directory), optional.u32(directory + 4), "resources");
        long ids = subdirectory(entry(resources, 0, true), "type " + TYPE);
        long languages = subdirectory(entry(resources, ids, false), "resource");
        long leaf = entry(resources, languages, false);
        if ((leaf & HIGH_BIT) != 0) {
            throw new FormatException("resource directories are nested deeper than type, name and language");
        }
        Bytes data = slice(resources, leaf, 16, "resource data entry");
        return atRva(data.u32(0), data.u32(4), "resource data");
    }

    private static long subdirectory(long offset, String what) {
        if ((offset & HIGH_BIT) == 0) {
            throw new FormatException(what + " has data where a directory is expected");
        }
        return offset & ~HIGH_BIT;
    }

    /** Where the entry that is looked for leads: the named type, or the first entry with a number. */
    private static long entry(Bytes resources, long table, boolean named) {
        Bytes header = slice(resources, table, TABLE_SIZE, "resource directory");
        int namedCount = header.u16(12);
        int idCount = header.u16(14);
        Bytes entries =
                slice(resources, table + TABLE_SIZE, (long) ENTRY_SIZE * (namedCount + idCount), "resource directory");
        if (!named) {
            if (idCount == 0) {
                throw new FormatException(String.format("resource directory at 0x%x has no entry", table));
            }
            return entries.u32(namedCount * ENTRY_SIZE + 4);
        }
        for (int i = 0; i < namedCount; i++) {
            long name = entries.u32(i * ENTRY_SIZE);
            if ((name & HIGH_BIT) != 0 && isType(resources, name & ~HIGH_BIT)) {
                return entries.u32(i * ENTRY_SIZE + 4);
            }
        }
        throw new FormatException("no resource of type " + TYPE);
    }

    private static boolean isType(Bytes resources, long offset) {
        int length = slice(resources, offset, 2, "resource name").u16(0);
        return length == TYPE.length()
                && slice(resources, offset + 2, 2L * length, "resource name")
                        .equals(Bytes.wrap(TYPE.getBytes(StandardCharsets.UTF_16LE)));
    }

    private Bytes atRva(long rva, long size, String what) {
        for (int i = 0; i < sections.size(); i += SECTION_SIZE) {
            long start = sections.u32(i + 12);
            long rawSize = sections.u32(i + 16);
            if (rva >= start && rva - start < rawSize && size <= rawSize - (rva - start)) {
                return slice(sections.u32(i + 20) + (rva - start), size, what);
            }
        }
        throw new FormatException(String.format("%s of 0x%x bytes at RVA 0x%x lie in no section", what, size, rva));
    }

    private Bytes slice(long offset, long size, String what) {
        return slice(file, offset, size, what);
    }

    private static Bytes slice(Bytes from, long offset, long size, String what) {
        if (offset > from.size() || size > from.size() - offset) {
            throw new FormatException(String.format(
                    "%s of 0x%x bytes at 0x%x reaches past the end at 0x%x", what, size, offset, from.size()));
        }
        return from.slice((int) offset, (int) size);
    }
}
