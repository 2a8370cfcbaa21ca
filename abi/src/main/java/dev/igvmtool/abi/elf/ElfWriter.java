package dev.igvmtool.abi.elf;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a small executable: file header, program headers, segment contents, and, if there are symbols, a symbol table.
 * Content of a segment stands at a file offset that is congruent to its address modulo 4096, as loaders that map pages
 * want it.
 */
public final class ElfWriter {
    private static final int PAGE = 4096;
    private static final int STB_GLOBAL = 1 << 4;

    /** Section of the symbols: none, their values are addresses. */
    private static final int SHN_ABS = 0xfff1;

    private final int type;
    private final int machine;
    private final long entry;
    private final List<ProgramHeader> segments = new ArrayList<>();
    private final List<Bytes> contents = new ArrayList<>();
    private final List<Symbol> symbols = new ArrayList<>();

    /**
     * @param type {@link ElfHeader#ET_EXEC} or {@link ElfHeader#ET_DYN}
     * @param machine {@link ElfHeader#EM_X86_64} or {@link ElfHeader#EM_AARCH64}
     * @param entry virtual address of the first instruction
     */
    public ElfWriter(int type, int machine, long entry) {
        this.type = type;
        this.machine = machine;
        this.entry = entry;
    }

    /**
     * Adds a loadable segment.
     *
     * @param address virtual and physical address
     * @param flags {@code PF_*} of {@link ProgramHeader}
     * @param content first bytes of the segment
     * @param memorySize bytes in memory, at least those of the content
     */
    public ElfWriter load(long address, int flags, Bytes content, long memorySize) {
        return load(address, address, flags, content, memorySize);
    }

    /** Adds a loadable segment with different virtual and physical addresses. */
    public ElfWriter load(long virtual, long physical, int flags, Bytes content, long memorySize) {
        if (Long.compareUnsigned(content.size(), memorySize) > 0) {
            throw new IllegalArgumentException(content.size() + " bytes of content for " + memorySize + " in memory");
        }
        segments.add(new ProgramHeader(
                ProgramHeader.PT_LOAD, flags, 0, virtual, physical, content.size(), memorySize, PAGE));
        contents.add(content);
        return this;
    }

    /** Adds a symbol. */
    public ElfWriter symbol(Symbol symbol) {
        symbols.add(symbol);
        return this;
    }

    /** The file. */
    public Bytes toBytes() {
        List<ProgramHeader> placed = new ArrayList<>();
        long end = ElfHeader.CODEC.size() + (long) ProgramHeader.CODEC.size() * segments.size();
        for (ProgramHeader segment : segments) {
            long offset = segment.filesz() == 0 ? 0 : end + (segment.vaddr() - end & PAGE - 1);
            placed.add(new ProgramHeader(
                    segment.type(),
                    segment.flags(),
                    offset,
                    segment.vaddr(),
                    segment.paddr(),
                    segment.filesz(),
                    segment.memsz(),
                    segment.align()));
            end = Math.max(end, offset + segment.filesz());
        }
        SymbolSections sections = new SymbolSections(end + 7 & -8L);
        ByteWriter out = new ByteWriter();
        ElfHeader.CODEC.write(out, header(sections));
        placed.forEach(segment -> ProgramHeader.CODEC.write(out, segment));
        for (int i = 0; i < placed.size(); i++) {
            if (placed.get(i).filesz() != 0) {
                out.zeros(Math.toIntExact(placed.get(i).offset() - out.size())).bytes(contents.get(i));
            }
        }
        if (!symbols.isEmpty()) {
            sections.write(out.alignTo(8));
        }
        return out.toBytes();
    }

    private ElfHeader header(SymbolSections sections) {
        boolean named = !symbols.isEmpty();
        return new ElfHeader(
                ElfHeader.IDENT,
                type,
                machine,
                1,
                entry,
                segments.isEmpty() ? 0 : ElfHeader.CODEC.size(),
                named ? sections.headersOffset() : 0,
                0,
                ElfHeader.CODEC.size(),
                ProgramHeader.CODEC.size(),
                segments.size(),
                SectionHeader.CODEC.size(),
                named ? SymbolSections.COUNT : 0,
                named ? SymbolSections.COUNT - 1 : 0);
    }

    /** Symbol table, its names, the names of sections, and the section headers of all three. */
    private final class SymbolSections {
        /** The empty section 0, {@code .symtab}, {@code .strtab}, {@code .shstrtab}. */
        static final int COUNT = 4;

        private final ByteWriter table = new ByteWriter();
        private final ByteWriter names = new ByteWriter().u8(0);
        private final Bytes sectionNames = Bytes.utf8("\0.symtab\0.strtab\0.shstrtab\0");
        private final long start;

        SymbolSections(long start) {
            this.start = start;
            SymbolEntry.CODEC.write(table, new SymbolEntry(0, 0, 0, 0, 0, 0));
            for (Symbol symbol : symbols) {
                SymbolEntry.CODEC.write(
                        table,
                        new SymbolEntry(
                                names.size(), STB_GLOBAL | symbol.type(), 0, SHN_ABS, symbol.value(), symbol.size()));
                names.bytes(Bytes.utf8(symbol.name())).u8(0);
            }
        }

        long headersOffset() {
            return start + table.size() + names.size() + sectionNames.size() + 7 & -8L;
        }

        void write(ByteWriter out) {
            out.bytes(table.toBytes())
                    .bytes(names.toBytes())
                    .bytes(sectionNames)
                    .alignTo(8);
            SectionHeader.CODEC.write(out, new SectionHeader(0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
            // Section 2 holds the names; of the symbols, only the empty first one is local.
            SectionHeader.CODEC.write(
                    out,
                    new SectionHeader(
                            1, SectionHeader.SHT_SYMTAB, 0, 0, start, table.size(), 2, 1, 8, SymbolEntry.CODEC.size()));
            SectionHeader.CODEC.write(out, strings(9, start + table.size(), names.size()));
            SectionHeader.CODEC.write(out, strings(17, start + table.size() + names.size(), sectionNames.size()));
        }

        private static SectionHeader strings(int name, long offset, int size) {
            return new SectionHeader(name, SectionHeader.SHT_STRTAB, 0, 0, offset, size, 0, 0, 1, 0);
        }
    }
}
