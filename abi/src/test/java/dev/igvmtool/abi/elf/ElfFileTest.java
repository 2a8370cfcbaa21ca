package dev.igvmtool.abi.elf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class ElfFileTest {
    private static final int READ_EXECUTE = ProgramHeader.PF_R | ProgramHeader.PF_X;
    private static final Bytes CODE = Bytes.fromHex("90".repeat(5000));

    private static Bytes small() {
        return new ElfWriter(ElfHeader.ET_EXEC, ElfHeader.EM_X86_64, 0x20_0010)
                .load(0x20_0010, READ_EXECUTE, CODE, CODE.size())
                .load(0x20_3000, 0x60_3000, ProgramHeader.PF_R | ProgramHeader.PF_W, Bytes.fromHex("0102"), 0x2000)
                .load(0x20_6000, ProgramHeader.PF_R | ProgramHeader.PF_W, Bytes.EMPTY, 0x1000)
                .symbol(new Symbol("entry", 0x20_0010, 16, Symbol.STT_FUNC))
                .symbol(new Symbol("next-step", 0x20_0020, 16, Symbol.STT_FUNC))
                .toBytes();
    }

    @Test
    void structuresHaveTheSizesOfTheSpecification() {
        assertEquals(64, ElfHeader.CODEC.size());
        assertEquals(56, ProgramHeader.CODEC.size());
        assertEquals(64, SectionHeader.CODEC.size());
        assertEquals(24, SymbolEntry.CODEC.size());
    }

    @Test
    void readsWhatTheWriterWrote() {
        ElfFile elf = ElfFile.read(small());

        assertEquals(0x20_0010, elf.header().entry());
        List<ProgramHeader> segments = elf.loadSegments();
        assertEquals(3, segments.size());
        assertEquals(CODE, elf.content(segments.get(0)));
        assertEquals(0x60_3000, segments.get(1).paddr());
        assertEquals(0x2000, segments.get(1).memsz());
        assertEquals(Bytes.fromHex("0102"), elf.content(segments.get(1)));
        assertTrue(elf.content(segments.get(2)).isEmpty());
        assertEquals(
                List.of(
                        new Symbol("entry", 0x20_0010, 16, Symbol.STT_FUNC),
                        new Symbol("next-step", 0x20_0020, 16, Symbol.STT_FUNC)),
                elf.symbols());
    }

    @Test
    void contentStandsAtAnOffsetThatCanBeMapped() {
        for (ProgramHeader segment : ElfFile.read(small()).loadSegments()) {
            if (segment.filesz() != 0) {
                assertEquals(segment.vaddr() & 0xfff, segment.offset() & 0xfff);
            }
        }
    }

    @Test
    void damageGivesAValueOrAFormatException() {
        Bytes good = small();
        for (int length = 0; length < good.size(); length++) {
            readAll(good.slice(0, length));
        }
        // Headers at the start, symbols and section headers at the end; the code between is not looked at.
        for (int i = 0; i < good.size(); i = i == 512 ? good.size() - 512 : i + 1) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] damaged = good.toByteArray();
                damaged[i] ^= (byte) (1 << bit);
                readAll(Bytes.wrap(damaged));
            }
        }
    }

    private static void readAll(Bytes file) {
        try {
            ElfFile elf = ElfFile.read(file);
            elf.loadSegments().forEach(elf::content);
            elf.symbols();
        } catch (FormatException expected) {
            assertTrue(!expected.getMessage().contains("\n"));
        }
    }

    @Test
    void refusesWhatCannotBeLoaded() {
        refuses("class 1", 4, 1, 1);
        refuses("data encoding 2", 5, 1, 2);
        refuses("e_phnum", 56, 2, 0xffff);
        refuses("e_phentsize", 54, 2, 55);
        refuses("p_filesz 0x1388 is more than p_memsz", 64 + 40, 8, 0x1387);
        refuses("p_vaddr 0xffffffffffffff00 end past 2^64", 64 + 16, 8, -0x100);
        refuses("p_paddr 0xffffffffffffff00 end past 2^64", 64 + 24, 8, -0x100);
        refuses("segment content", 64 + 8, 8, Long.MAX_VALUE);
        refuses("segment content", 64 + 8, 8, -1);
        refuses("program header table", 32, 8, -1);
    }

    private static void refuses(String message, int offset, int size, long value) {
        byte[] damaged = small().toByteArray();
        for (int i = 0; i < size; i++) {
            damaged[offset + i] = (byte) (value >>> 8 * i);
        }
        FormatException error = assertThrows(FormatException.class, () -> ElfFile.read(Bytes.wrap(damaged)));
        assertTrue(error.getMessage().contains(message), error.getMessage());
    }

    @Test
    void readsExecutablesOfThisMachine() throws IOException {
        Path path = Path.of("/bin/true");
        Assumptions.assumeTrue(Files.isReadable(path), "/bin/true is not on this machine");
        Bytes file = Bytes.wrap(Files.readAllBytes(path));
        Assumptions.assumeTrue(file.slice(0, 7).equals(ElfHeader.IDENT.slice(0, 7)), "/bin/true is not ELF64");

        assertTrue(!ElfFile.read(file).loadSegments().isEmpty());
    }
}
