package dev.igvmtool.machine.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.elf.ElfFile;
import dev.igvmtool.abi.elf.ProgramHeader;
import dev.igvmtool.abi.elf.Symbol;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StageImageTest {
    private record Stage(ImageLayout layout, List<Step> steps) implements Program {
        @Override
        public String name() {
            return "stage";
        }

        @Override
        public int number() {
            return 0x1234;
        }
    }

    private static final List<Step> STEPS = List.of(Step.of("entry", cpu -> {}), Step.of("S01", "second", cpu -> {}));

    @Test
    void slotIsAnInvalidInstructionWithMagicAndNumbers() {
        Bytes slot = new Slot(0x1234, 0x56).encode();

        assertEquals("0f0b53544550341256000000" + "00000000", slot.toHex());
        assertEquals(Optional.of(new Slot(0x1234, 0x56)), Slot.decode(slot));
    }

    @Test
    void otherBytesAreNoSlot() {
        assertTrue(Slot.decode(Bytes.zeros(16)).isEmpty());
        assertTrue(Slot.decode(Bytes.fromHex("0f0b53544550341256000000" + "00000001"))
                .isEmpty());
        assertTrue(Slot.decode(Bytes.fromHex("0f0b53544550000056000000" + "00000000"))
                .isEmpty());
    }

    @Test
    void executableHasTextWithSlotsAndZeroData() {
        Program stage = new Stage(new ImageLayout(0x20_0000, 0x1000, 0x3000, 0x1_0000), STEPS);
        ElfFile elf = ElfFile.read(StageImage.elf(stage));

        assertEquals(0x20_1000, elf.header().entry());
        List<ProgramHeader> segments = elf.loadSegments();
        assertEquals(2, segments.size());
        assertEquals(0x20_0000, segments.get(0).vaddr());
        assertEquals(0x3000, segments.get(0).memsz());
        assertEquals(ProgramHeader.PF_R | ProgramHeader.PF_X, segments.get(0).flags());
        assertEquals(0x20_3000, segments.get(1).vaddr());
        assertEquals(0xd000, segments.get(1).memsz());
        assertEquals(0, segments.get(1).filesz());
        assertEquals(StageImage.slots(stage), elf.content(segments.get(0)).from(0x1000));
        assertEquals(
                List.of(
                        new Symbol("entry", 0x20_1000, 16, Symbol.STT_FUNC),
                        new Symbol("second", 0x20_1010, 16, Symbol.STT_FUNC)),
                elf.symbols());
    }

    @Test
    void stepsThatReachIntoTheDataAreOurBug() {
        List<Step> many = java.util.stream.IntStream.range(0, 300)
                .mapToObj(i -> Step.of("s" + i, cpu -> {}))
                .toList();
        Program stage = new Stage(new ImageLayout(0, 0, 0x1000, 0x1000), many);

        assertThrows(IllegalArgumentException.class, () -> StageImage.elf(stage));
    }
}
