package dev.igvmtool.builder.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.elf.ElfFile;
import dev.igvmtool.abi.elf.ElfHeader;
import dev.igvmtool.abi.elf.ElfWriter;
import dev.igvmtool.abi.elf.ProgramHeader;
import dev.igvmtool.builder.manifest.GuestArch;
import dev.igvmtool.testing.Mutations;
import org.junit.jupiter.api.Test;

class ElfLoaderTest {
    private static final String TAG = "t";
    private final RecordingSink sink = new RecordingSink();

    private static ElfWriter writer(long entry) {
        return new ElfWriter(ElfHeader.ET_EXEC, ElfHeader.EM_X86_64, entry);
    }

    private static ElfFile elf(ElfWriter writer) {
        return ElfFile.read(writer.toBytes());
    }

    @Test
    void movableKernelLinkedBelowItsPlaceMovesUp() {
        ElfFile kernel = elf(writer(0x100_0200)
                .load(0x100_0000, ProgramHeader.PF_X, Bytes.fromHex("0102"), 0x1800)
                .load(0x120_0040, ProgramHeader.PF_W, Bytes.EMPTY, 0x10));
        ElfLoader.Placed placed = new ElfLoader(sink).loadMovable(kernel, 0x820_0000, Acceptance.SHARED, TAG);
        assertEquals(new ElfLoader.Placed(0x820_0000, 0x840_1000, 0x820_0200), placed);
        assertEquals(0x820_0000, sink.regions.get(0).gpa());
        assertEquals(0x1800, sink.regions.get(0).memoryBytes());
        assertEquals(Bytes.fromHex("0102"), sink.regions.get(0).data());
        assertEquals(0x840_0040, sink.regions.get(1).gpa());
        assertEquals(Acceptance.SHARED, sink.regions.get(1).acceptance());
    }

    @Test
    void movableKernelLinkedAboveItsPlaceMovesDown() {
        ElfFile kernel = elf(writer(0x2000_0010).load(0x2000_0000, 5, Bytes.fromHex("01"), 0x1000));
        assertEquals(
                new ElfLoader.Placed(0x820_0000, 0x820_1000, 0x820_0010),
                new ElfLoader(sink).loadMovable(kernel, 0x820_0000, Acceptance.EXCLUSIVE, TAG));
    }

    @Test
    void otherExecutablesStandAtTheirAddressesPlusTheOffset() {
        ElfFile shim = elf(writer(0x1234).load(0x1000, 5, Bytes.fromHex("01"), 0x1001));
        assertEquals(
                new ElfLoader.Placed(0x860_1000, 0x860_3000, 0x860_1234),
                new ElfLoader(sink).load(shim, 0, 0x860_0000, Acceptance.EXCLUSIVE, TAG));
    }

    @Test
    void physicalAddressesCountAndVirtualOnesDoNot() {
        ElfFile shim = elf(writer(0x1000).load(0xffff_ffff_8000_0000L, 0x1000, 5, Bytes.fromHex("01"), 0x1000));
        assertEquals(
                0x1000,
                new ElfLoader(sink).load(shim, 0, 0, Acceptance.EXCLUSIVE, TAG).start());
    }

    @Test
    void refusesWhatLiesOutside() {
        refused(writer(0x1000).load(0xffff_0000_0000_0000L, 5, Bytes.EMPTY, 0x1000), "outside of guest memory");
        refused(writer(-1).load(0x1000, 5, Bytes.EMPTY, 0x1000), "outside of guest memory");
        refused(writer(0x9000).load(0x1000, 5, Bytes.EMPTY, 0x1000), "outside of all loadable segments");
        refused(writer(0x1000), "no loadable segment");
        refused(writer(0x1000).load(0x1000, 5, Bytes.EMPTY, 1L << 53), "outside of guest memory");
        FormatException below = assertThrows(FormatException.class, () -> new ElfLoader(sink)
                .load(elf(writer(0x1000).load(0x1000, 5, Bytes.EMPTY, 1)), 0x10_0000, 0, Acceptance.EXCLUSIVE, TAG));
        assertTrue(below.getMessage().contains("below the start"), below.getMessage());
    }

    private void refused(ElfWriter writer, String message) {
        FormatException e = assertThrows(
                FormatException.class, () -> new ElfLoader(sink).load(elf(writer), 0, 0, Acceptance.EXCLUSIVE, TAG));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void refusesAnotherMachine() {
        Bytes file = writer(0x1000).load(0x1000, 5, Bytes.EMPTY, 1).toBytes();
        assertThrows(FormatException.class, () -> ElfFiles.read(file, GuestArch.AARCH64));
    }

    @Test
    void damagedFilesAreReadOrRefused() {
        Bytes good = writer(0x1010)
                .load(0x1000, 5, Bytes.fromHex("0102030405"), 0x1800)
                .load(0x4000, 6, Bytes.fromHex("06"), 0x100)
                .toBytes();
        Bytes headers = good.slice(0, 64 + 2 * 56);
        Mutations.allTruncations(headers, this::load);
        Mutations.allBitFlips(headers, damaged -> {
            byte[] whole = good.toByteArray();
            damaged.copyTo(0, whole, 0, damaged.size());
            load(Bytes.wrap(whole));
        });
    }

    private void load(Bytes file) {
        sink.regions.clear();
        ElfFile elf = ElfFiles.read(file, GuestArch.X64);
        new ElfLoader(sink).load(elf, 0, 0x800_0000, Acceptance.EXCLUSIVE, TAG);
        new ElfLoader(sink).loadMovable(elf, 0x800_0000, Acceptance.EXCLUSIVE, TAG);
    }
}
