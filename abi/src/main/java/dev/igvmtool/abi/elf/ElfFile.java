package dev.igvmtool.abi.elf;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A 64-bit little-endian ELF file. Reading checks what makes the program headers usable: their table and the content of
 * every loadable segment lie in the file, {@code filesz} is at most {@code memsz}, addresses do not wrap. Segments may
 * touch, overlap and stand in any order, and the entry point may be anywhere: loaders differ in what they allow.
 *
 * @param header file header
 * @param programHeaders in file order
 * @param file the whole file, shared with segments
 */
public record ElfFile(ElfHeader header, List<ProgramHeader> programHeaders, Bytes file) {
    private static final int PN_XNUM = 0xffff;
    private static final int MAX_SYMBOLS = 1 << 20;
    private static final int MAX_NAME_BYTES = 4096;

    public ElfFile {
        programHeaders = List.copyOf(programHeaders);
    }

    /**
     * Reads header and program headers.
     *
     * @throws FormatException if it is no 64-bit little-endian ELF file or program headers are not as said above
     */
    public static ElfFile read(Bytes file) {
        if (file.size() < ElfHeader.CODEC.size()) {
            throw new FormatException(String.format(
                    "ELF file has 0x%x bytes, expected at least 0x%x", file.size(), ElfHeader.CODEC.size()));
        }
        ElfHeader header = ElfHeader.CODEC.read(file);
        checkIdent(header.ident());
        if (header.version() != 1) {
            throw new FormatException("version " + Integer.toUnsignedString(header.version()) + ", expected 1")
                    .in("field e_version of the ELF header");
        }
        return new ElfFile(header, readProgramHeaders(header, file), file);
    }

    private static void checkIdent(Bytes ident) {
        Bytes expected = ElfHeader.IDENT;
        if (!ident.slice(0, 4).equals(expected.slice(0, 4))) {
            throw new FormatException(
                    "not an ELF file: starts with " + ident.slice(0, 4).toHex() + ", expected "
                            + expected.slice(0, 4).toHex());
        }
        String[] fields = {"class", "data encoding", "version"};
        for (int i = 0; i < fields.length; i++) {
            if (ident.u8(4 + i) != expected.u8(4 + i)) {
                throw new FormatException(String.format(
                        "%s %d, expected %d (ELF64, little endian, version 1), in field e_ident of the ELF header",
                        fields[i], ident.u8(4 + i), expected.u8(4 + i)));
            }
        }
    }

    private static List<ProgramHeader> readProgramHeaders(ElfHeader header, Bytes file) {
        List<ProgramHeader> result = new ArrayList<>();
        if (header.phnum() == 0) {
            return result;
        }
        int size = ProgramHeader.CODEC.size();
        if (header.phnum() == PN_XNUM) {
            throw new FormatException("0xffff program headers, expected fewer, in field e_phnum of the ELF header");
        }
        if (header.phentsize() != size) {
            throw new FormatException(String.format(
                    "program headers of 0x%x bytes, expected 0x%x, in field e_phentsize of the ELF header",
                    header.phentsize(), size));
        }
        Bytes table = slice(file, header.phoff(), (long) size * header.phnum(), "program header table");
        ByteReader reader = new ByteReader(table);
        for (int i = 0; i < header.phnum(); i++) {
            ProgramHeader segment = ProgramHeader.CODEC.read(reader);
            if (segment.isLoad()) {
                try {
                    checkLoad(segment, file);
                } catch (FormatException e) {
                    throw e.in("ELF program header " + i);
                }
            }
            result.add(segment);
        }
        return result;
    }

    private static void checkLoad(ProgramHeader segment, Bytes file) {
        slice(file, segment.offset(), segment.filesz(), "segment content");
        if (Long.compareUnsigned(segment.filesz(), segment.memsz()) > 0) {
            throw new FormatException(
                    String.format("p_filesz 0x%x is more than p_memsz 0x%x", segment.filesz(), segment.memsz()));
        }
        checkWrap("p_vaddr", segment.vaddr(), segment.memsz());
        checkWrap("p_paddr", segment.paddr(), segment.memsz());
    }

    /** A segment may end at 2^64 exactly, but not past it. */
    private static void checkWrap(String field, long address, long size) {
        if (size != 0 && Long.compareUnsigned(address + size - 1, address) < 0) {
            throw new FormatException(String.format("0x%x bytes at %s 0x%x end past 2^64", size, field, address));
        }
    }

    /** The segments to be loaded, in file order. */
    public List<ProgramHeader> loadSegments() {
        return programHeaders.stream().filter(ProgramHeader::isLoad).toList();
    }

    /** The content of a loadable segment of this file, {@code filesz} bytes, shared. */
    public Bytes content(ProgramHeader segment) {
        return slice(file, segment.offset(), segment.filesz(), "segment content");
    }

    /**
     * Named symbols of the symbol table, in file order; none if there is no table.
     *
     * @throws FormatException if section headers, table or names do not lie in the file
     */
    public List<Symbol> symbols() {
        List<SectionHeader> sections = sections();
        Optional<SectionHeader> found = sections.stream()
                .filter(section -> section.type() == SectionHeader.SHT_SYMTAB)
                .findFirst();
        if (found.isEmpty()) {
            return List.of();
        }
        SectionHeader table = found.get();
        if (table.link() < 0 || table.link() >= sections.size()) {
            throw new FormatException(String.format(
                    "symbol table refers to section 0x%x for names, file has 0x%x", table.link(), sections.size()));
        }
        SectionHeader strings = sections.get(table.link());
        Bytes names = slice(file, strings.offset(), strings.size(), "string table");
        ByteReader reader = new ByteReader(slice(file, table.offset(), table.size(), "symbol table"));
        int count = reader.remaining() / SymbolEntry.CODEC.size();
        if (count > MAX_SYMBOLS) {
            throw new FormatException("symbol table of " + count + " symbols, expected at most " + MAX_SYMBOLS);
        }
        List<Symbol> symbols = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SymbolEntry entry = SymbolEntry.CODEC.read(reader);
            if (entry.name() != 0 && entry.shndx() != 0) {
                symbols.add(new Symbol(name(names, entry.name()), entry.value(), entry.size(), entry.info() & 0xf));
            }
        }
        return symbols;
    }

    private List<SectionHeader> sections() {
        List<SectionHeader> sections = new ArrayList<>();
        if (header.shnum() == 0) {
            return sections;
        }
        int size = SectionHeader.CODEC.size();
        if (header.shentsize() != size) {
            throw new FormatException(String.format(
                    "section headers of 0x%x bytes, expected 0x%x, in field e_shentsize of the ELF header",
                    header.shentsize(), size));
        }
        ByteReader reader =
                new ByteReader(slice(file, header.shoff(), (long) size * header.shnum(), "section header table"));
        for (int i = 0; i < header.shnum(); i++) {
            sections.add(SectionHeader.CODEC.read(reader));
        }
        return sections;
    }

    private static String name(Bytes names, long offset) {
        int limit = (int) Math.min(names.size(), offset + MAX_NAME_BYTES);
        for (int end = (int) Math.min(offset, limit); end < limit; end++) {
            if (names.get(end) == 0) {
                return names.slice((int) offset, end - (int) offset).toUtf8();
            }
        }
        throw new FormatException(String.format(
                "symbol name at 0x%x of a string table of 0x%x bytes does not end within 0x%x bytes",
                offset, names.size(), MAX_NAME_BYTES));
    }

    private static Bytes slice(Bytes file, long offset, long size, String what) {
        if (Long.compareUnsigned(offset, file.size()) > 0 || Long.compareUnsigned(size, file.size() - offset) > 0) {
            throw new FormatException(String.format(
                    "%s of 0x%x bytes at 0x%x reaches past the end of the ELF file at 0x%x",
                    what, size, offset, file.size()));
        }
        return file.slice((int) offset, (int) size);
    }
}
