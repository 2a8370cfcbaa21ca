package dev.igvmtool.kernelstub.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.CcBlob;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.linux.SetupData;
import dev.igvmtool.kernelstub.KernelMachine;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HandoffTest {
    private static final long BASE = 0x800_0000;
    private static final long ZERO_PAGE = BASE + 0x1000;
    private static final long TEXT = BASE + 0x3004;
    private static final long DTB = BASE + 0x1_0000;
    private static final long EXTENSION = BASE + 0x6_0000;
    private static final long BLOB = BASE + 0x7_0000;
    private static final E820Entry RAM = new E820Entry(BASE, 0x10_0000, E820Entry.RAM);

    private final ArrayMemory memory = new ArrayMemory(BASE, 0x10_0000);

    private Handoff read(Consumer<BootParams.Builder> change) {
        BootParams.Builder params =
                BootParams.builder().cmdLinePtr(TEXT).setupData(DTB).e820(List.of(RAM));
        change.accept(params);
        memory.write(BootParams.CODEC, ZERO_PAGE, params.build());
        return Handoff.read(memory, ZERO_PAGE);
    }

    private void element(long gpa, long next, int type, long length) {
        memory.write(SetupData.CODEC, gpa, new SetupData(next, type, length));
    }

    private void good() {
        memory.writeBytes(TEXT, Bytes.utf8("rdinit=/x\0"));
        Bytes tree = KernelMachine.tree(1, List.of()).toFdt();
        element(DTB, 0, SetupData.DTB, 0x3_fff0);
        memory.writeBytes(DTB + 16, tree);
    }

    private String refusal(Consumer<BootParams.Builder> change) {
        return assertThrows(FormatException.class, () -> read(change)).getMessage();
    }

    @Test
    void findsCommandLineTreeAndInitrd() {
        good();
        Handoff handoff = read(params -> params.ramdisk(BASE + 0x8_0000, 0x1234));
        assertEquals("rdinit=/x", handoff.commandLine());
        assertEquals(DTB + 16, handoff.deviceTree().start());
        assertEquals(GpaRange.ofSize(BASE + 0x8_0000, 0x1234), handoff.initrd().orElseThrow());
        assertEquals(4, handoff.occupied().size());
    }

    @Test
    void anInitrdOfNoBytesIsNone() {
        good();
        assertTrue(read(params -> params.ramdisk(0x123, 0)).initrd().isEmpty());
    }

    @Test
    void takesFurtherEntriesFromTheExtension() {
        good();
        element(DTB, EXTENSION, SetupData.DTB, 0x3_fff0);
        element(EXTENSION, 0, SetupData.E820_EXT, 20);
        E820Entry further = new E820Entry(0xc00_0000, 0x1000, E820Entry.RAM);
        memory.write(E820Entry.CODEC, EXTENSION + 16, further);
        assertEquals(List.of(RAM, further), read(params -> {}).memoryMap().entries());
        element(EXTENSION, 0, SetupData.E820_EXT, 21);
        assertTrue(refusal(params -> {}).startsWith("e820 extension at 0x8060000 has 0x15 bytes"));
    }

    @Test
    void findsTheBlobOfSnpGuests() {
        good();
        element(DTB, EXTENSION, SetupData.DTB, 0x3_fff0);
        element(EXTENSION, 0, SetupData.CC_BLOB, 32);
        memory.writeU32(EXTENSION + 16, BLOB);
        memory.write(CcBlob.CODEC, BLOB, new CcBlob(0x1000, 0x2000));
        assertEquals(0x2000, read(params -> {}).ccBlob().orElseThrow().cpuidPhys());
        memory.writeU32(BLOB, 0);
        assertTrue(refusal(params -> {}).contains("magic 0x00000000"));
    }

    @Test
    void refusesAChainThatComesBack() {
        good();
        element(DTB, EXTENSION, SetupData.DTB, 0x3_fff0);
        element(EXTENSION, DTB, 99, 0);
        assertEquals("setup data chain comes back to 0x8010000", refusal(params -> {}));
    }

    @Test
    void refusesWhatLiesOutsideRam() {
        good();
        assertTrue(refusal(params -> params.ramdisk(BASE + 0xf_ff00, 0x1000)).startsWith("the initrd at "));
        element(DTB, 0, SetupData.DTB, 0xffff_ffffL);
        assertTrue(refusal(params -> {}).startsWith("setup data of type 2 at "));
    }

    @Test
    void refusesTreesWithoutMagicOrLargerThanTheirPlace() {
        good();
        memory.writeU32(DTB + 16, 0);
        assertTrue(refusal(params -> {}).contains("has magic 0x00000000, expected 0xd00dfeed"));
        good();
        element(DTB, 0, SetupData.DTB, 0x100);
        assertTrue(refusal(params -> {}).contains("its setup data 0x100"));
        element(DTB, 0, 99, 0x100);
        assertEquals("setup data chain has no device tree (type 2)", refusal(params -> {}));
    }

    @Test
    void refusesMapsOutOfOrder() {
        good();
        E820Entry before = new E820Entry(0x400_0000, 0x1000, E820Entry.RAM);
        E820Entry wraps = new E820Entry(-0x1000, 0x2000, E820Entry.RAM);
        assertTrue(refusal(params -> params.e820(List.of(RAM, before))).startsWith("e820 entry 1 starts at 0x4000000"));
        assertTrue(refusal(params -> params.e820(List.of(RAM, RAM))).startsWith("e820 entry 1 starts"));
        assertTrue(refusal(params -> params.e820(List.of(RAM, wraps))).startsWith("e820 entry 1 covers"));
        assertTrue(refusal(params -> params.e820(List.of())).contains("no RAM"));
    }

    @Test
    void refusesACommandLineWithoutEnd() {
        good();
        memory.writeBytes(TEXT, Bytes.utf8("x".repeat(9000)));
        assertTrue(refusal(params -> {}).startsWith("command line at 0x8003004 has no end"));
    }

    @Test
    void acceptsTheZeroPagesOfTheRealShim() {
        Path cases = SharedTestData.require("handoff/cases");
        long checked;
        try (Stream<Path> folders = Files.list(cases)) {
            checked = folders.filter(folder -> Files.exists(folder.resolve("expected/boot-params.bin")))
                    .peek(HandoffTest::checkZeroPage)
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertTrue(checked > 40, () -> "only " + checked + " cases");
    }

    /** The entries in the page are a good map, and initrd and command line lie in its RAM. */
    private static void checkZeroPage(Path folder) {
        try {
            BootParams params =
                    new BootParams(Bytes.wrap(Files.readAllBytes(folder.resolve("expected/boot-params.bin"))));
            MemoryMap map = new MemoryMap(params.e820Table());
            assertEquals(0, params.sentinel(), folder::toString);
            if (params.e820Entries() < BootParams.MAX_E820_ENTRIES) {
                assertTrue(map.isRam(GpaRange.ofSize(params.ramdiskImage(), params.ramdiskSize())), folder::toString);
                assertTrue(map.isRam(GpaRange.ofSize(params.cmdLinePtr(), 1)), folder::toString);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
