package dev.igvmtool.debugger.gdb;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.elf.ElfHeader;
import dev.igvmtool.abi.elf.ProgramHeader;
import dev.igvmtool.abi.elf.SectionHeader;
import dev.igvmtool.abi.elf.Symbol;
import dev.igvmtool.abi.elf.SymbolEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An executable that holds nothing but names for what stands in memory: one segment and one section without content, a
 * symbol table, and debugging information where there are types.
 *
 * @param name of the file
 * @param start first byte in virtual memory
 * @param sizeBytes that it takes there
 * @param code whether it is code, or data
 * @param symbols with their addresses
 * @param types debugging information, if there is any
 */
record SymbolFile(
        String name, long start, long sizeBytes, boolean code, List<Symbol> symbols, Optional<Dwarf.Sections> types) {
    /** Structures lie all over memory: no section of one file could hold them without covering the code of others. */
    private static final int SHN_ABS = 0xfff1;

    private static final int SHT_PROGBITS = 1;
    private static final int SHT_NOBITS = 8;
    private static final int SHF_WRITE = 1;
    private static final int SHF_ALLOC = 2;
    private static final int SHF_EXECINSTR = 4;
    private static final int PT_LOAD = 1;
    private static final int STB_GLOBAL = 1 << 4;

    SymbolFile {
        symbols = List.copyOf(symbols);
    }

    /** A section with content, as it will be written. */
    private record Section(String name, int type, int link, int info, int entryBytes, Bytes content) {
        static Section plain(String name, Bytes content) {
            return new Section(name, SHT_PROGBITS, 0, 0, 0, content);
        }
    }

    /** The file. */
    Bytes toElf() {
        ByteWriter table = new ByteWriter();
        ByteWriter names = new ByteWriter().u8(0);
        SymbolEntry.CODEC.write(table, new SymbolEntry(0, 0, 0, 0, 0, 0));
        for (Symbol symbol : symbols) {
            SymbolEntry.CODEC.write(
                    table,
                    new SymbolEntry(
                            names.size(),
                            STB_GLOBAL | symbol.type(),
                            0,
                            code ? 1 : SHN_ABS,
                            symbol.value(),
                            symbol.size()));
            names.bytes(Bytes.utf8(symbol.name())).u8(0);
        }
        List<Section> sections = new ArrayList<>();
        types.ifPresent(it -> {
            sections.add(Section.plain(".debug_abbrev", it.abbreviations()));
            sections.add(Section.plain(".debug_info", it.info()));
        });
        // Two sections come before those of the list; the names of symbols stand behind their table.
        int strings = sections.size() + 3;
        sections.add(new Section(
                ".symtab", SectionHeader.SHT_SYMTAB, strings, 1, SymbolEntry.CODEC.size(), table.toBytes()));
        sections.add(new Section(".strtab", SectionHeader.SHT_STRTAB, 0, 0, 0, names.toBytes()));
        return write(sections);
    }

    private Bytes write(List<Section> sections) {
        ByteWriter sectionNames = new ByteWriter().u8(0);
        ByteWriter headers = new ByteWriter();
        ByteWriter contents = new ByteWriter();
        long first = (long) ElfHeader.CODEC.size() + ProgramHeader.CODEC.size();
        SectionHeader.CODEC.write(headers, new SectionHeader(0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        int flags = SHF_ALLOC | (code ? SHF_EXECINSTR : SHF_WRITE);
        SectionHeader.CODEC.write(
                headers,
                new SectionHeader(
                        name(sectionNames, code ? ".text" : ".data"),
                        SHT_NOBITS,
                        flags,
                        start,
                        0,
                        sizeBytes,
                        0,
                        0,
                        1,
                        0));
        for (Section section : sections) {
            SectionHeader.CODEC.write(
                    headers,
                    new SectionHeader(
                            name(sectionNames, section.name),
                            section.type,
                            0,
                            0,
                            first + contents.size(),
                            section.content.size(),
                            section.link,
                            section.info,
                            1,
                            section.entryBytes));
            contents.bytes(section.content);
        }
        int last = name(sectionNames, ".shstrtab");
        SectionHeader.CODEC.write(
                headers,
                new SectionHeader(
                        last,
                        SectionHeader.SHT_STRTAB,
                        0,
                        0,
                        first + contents.size(),
                        sectionNames.size(),
                        0,
                        0,
                        1,
                        0));
        contents.bytes(sectionNames.toBytes()).alignTo(8);
        ByteWriter out = new ByteWriter();
        ElfHeader.CODEC.write(out, header(first + contents.size(), sections.size() + 3));
        ProgramHeader.CODEC.write(out, segment());
        return out.bytes(contents.toBytes()).bytes(headers.toBytes()).toBytes();
    }

    private static int name(ByteWriter names, String name) {
        int offset = names.size();
        names.bytes(Bytes.utf8(name)).u8(0);
        return offset;
    }

    private ElfHeader header(long headersOffset, int count) {
        return new ElfHeader(
                ElfHeader.IDENT,
                ElfHeader.ET_EXEC,
                ElfHeader.EM_X86_64,
                1,
                start,
                ElfHeader.CODEC.size(),
                headersOffset,
                0,
                ElfHeader.CODEC.size(),
                ProgramHeader.CODEC.size(),
                1,
                SectionHeader.CODEC.size(),
                count,
                count - 1);
    }

    private ProgramHeader segment() {
        int flags = ProgramHeader.PF_R | (code ? ProgramHeader.PF_X : ProgramHeader.PF_W);
        return new ProgramHeader(PT_LOAD, flags, 0, start, start, 0, sizeBytes, 1);
    }

    /** A name that gdb's expressions understand: letters, digits and underscores. */
    static String identifier(String name) {
        return name.replaceAll("[^A-Za-z0-9_]", "_");
    }
}
