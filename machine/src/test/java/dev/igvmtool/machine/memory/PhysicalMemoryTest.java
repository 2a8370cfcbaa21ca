package dev.igvmtool.machine.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.Memory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PhysicalMemoryTest {
    private static final long GIB = 1L << 30;

    private final PhysicalMemory memory =
            new PhysicalMemory(List.of(new GpaRange(4 * GIB, 132 * GIB), new GpaRange(0, 0x10_0000)));

    @Test
    void untouchedRamIsZero() {
        assertEquals(0, memory.readU64(131 * GIB));
        assertEquals(Bytes.zeros(10000), memory.readBytes(0x800, 10000));
    }

    @Test
    void scalarsAreLittleEndianAlsoAcrossPages() {
        for (long address : new long[] {0x100, 0xfff, 0x1ffd, 5 * GIB - 3}) {
            memory.writeU64(address, 0x8877_6655_4433_2211L);
            assertEquals(0x8877_6655_4433_2211L, memory.readU64(address));
            assertEquals(0x4433_2211L, memory.readU32(address));
            assertEquals(0x2211, memory.readU16(address));
            assertEquals(0x11, memory.readU8(address));
            memory.writeU16(address + 1, 0xabcd);
            assertEquals(0x8877_6655_44ab_cd11L, memory.readU64(address));
            memory.writeU32(address + 4, 0x0102_0304L);
            assertEquals(0x0102_0304_44ab_cd11L, memory.readU64(address));
        }
    }

    @Test
    void accessOutsideRamIsAFaultWithoutEffect() {
        byte[] content = new byte[0x2000];
        content[0] = 1;
        GpaFault fault = assertThrows(GpaFault.class, () -> memory.write(0xf_f000, content, 0, content.length));

        assertEquals(0x10_0000, fault.gpa());
        assertEquals(GpaFault.Reason.UNMAPPED, fault.reason());
        assertEquals(0, memory.readU8(0xf_f000));
        assertThrows(GpaFault.class, () -> memory.readU8(-1));
        assertThrows(GpaFault.class, () -> memory.readU64(0xf_fffc));
        assertFalse(memory.isRam(2 * GIB));
        assertTrue(memory.isRam(132 * GIB - 1));
    }

    @Test
    void snapshotKeepsItsContentWhileMemoryGoesOn() {
        memory.writeU64(0x1000, 1);
        memory.writeU64(5 * GIB, 2);
        MemorySnapshot first = memory.snapshot();
        memory.writeU64(0x1000, 3);
        memory.writeU64(6 * GIB, 4);
        MemorySnapshot second = memory.snapshot();
        memory.zero(0x1000, 0x1000);

        memory.restore(first);
        assertEquals(1, memory.readU64(0x1000));
        assertEquals(2, memory.readU64(5 * GIB));
        assertEquals(0, memory.readU64(6 * GIB));
        memory.writeU64(5 * GIB, 99);
        memory.restore(second);
        assertEquals(3, memory.readU64(0x1000));
        assertEquals(2, memory.readU64(5 * GIB));
        assertEquals(4, memory.readU64(6 * GIB));
        memory.restore(first);
        assertEquals(2, memory.readU64(5 * GIB));
    }

    @Test
    void mappedContentIsReadInPlaceAndCopiedOnWrite() {
        byte[] file = new byte[0x1800];
        new Random(7).nextBytes(file);
        Bytes content = Bytes.of(file);
        memory.writeU64(0x3000, -1);
        memory.map(0x2000, content);

        assertEquals(content, memory.readBytes(0x2000, file.length));
        assertEquals(0, memory.readU64(0x3800), "the rest of the last page is zero");
        MemorySnapshot before = memory.snapshot();
        memory.writeU8(0x2000, ~file[0]);
        assertEquals(Bytes.of(file), content);
        assertEquals((byte) ~file[0], (byte) memory.readU8(0x2000));
        memory.restore(before);
        assertEquals(content, memory.readBytes(0x2000, file.length));
    }

    @Test
    void zeroClearsPartsOfPagesAndWholePages() {
        byte[] ones = new byte[0x4000];
        Arrays.fill(ones, (byte) 1);
        memory.write(0, ones, 0, ones.length);
        memory.zero(0x800, 0x2000);

        Arrays.fill(ones, 0x800, 0x2800, (byte) 0);
        assertArrayEquals(ones, memory.readBytes(0, 0x4000).toByteArray());
    }

    @Test
    void behavesAsOneArrayUnderRandomAccessesAndSnapshots() {
        Random random = new Random(42);
        byte[] model = new byte[0x10_0000];
        ArrayList<MemorySnapshot> snapshots = new ArrayList<>();
        ArrayList<byte[]> models = new ArrayList<>();
        for (int round = 0; round < 2000; round++) {
            int length = random.nextInt(9000);
            int address = random.nextInt(model.length - length);
            switch (random.nextInt(5)) {
                case 0 -> {
                    memory.zero(address, length);
                    Arrays.fill(model, address, address + length, (byte) 0);
                }
                case 1 ->
                    assertEquals(
                            Bytes.wrap(Arrays.copyOfRange(model, address, address + length)),
                            memory.readBytes(address, length));
                case 2 -> {
                    if (random.nextInt(10) == 0) {
                        snapshots.add(memory.snapshot());
                        models.add(model.clone());
                    } else if (!snapshots.isEmpty() && random.nextInt(20) == 0) {
                        int which = random.nextInt(snapshots.size());
                        memory.restore(snapshots.get(which));
                        model = models.get(which).clone();
                    }
                }
                default -> {
                    byte[] content = new byte[length];
                    random.nextBytes(content);
                    memory.write(address, content, 0, length);
                    System.arraycopy(content, 0, model, address, length);
                }
            }
        }
        assertEquals(Bytes.wrap(model), memory.readBytes(0, model.length));
    }

    @Test
    void overlappingOrUnalignedRamIsOurBug() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new PhysicalMemory(List.of(new GpaRange(0, 0x2000), new GpaRange(0x1000, 0x3000))));
        assertThrows(IllegalArgumentException.class, () -> new PhysicalMemory(List.of(new GpaRange(0, 0x800))));
    }

    @Test
    void snapshotsTellWhichPagesDiffer() {
        PhysicalMemory memory = new PhysicalMemory(List.of(new GpaRange(0, 8L << 30)));
        memory.map(0x5000, Bytes.wrap(new byte[] {1, 2, 3}));
        memory.writeU8(0x1000, 1);
        MemorySnapshot first = memory.snapshot();
        assertEquals(3, memory.readU8(0x5002), "a page that was only read is the same");
        memory.writeU8(0x1000, 1);
        memory.writeU64(6L << 30, 7);
        memory.writeU8(0x5001, 9);
        MemorySnapshot second = memory.snapshot();

        assertArrayEquals(new long[] {0x5000, 6L << 30}, second.pagesThatDiffer(first));
        assertArrayEquals(new long[] {0x5000, 6L << 30}, first.pagesThatDiffer(second));
        assertArrayEquals(new long[] {}, second.pagesThatDiffer(second));
        assertEquals(0, second.bytesBeyond(second));
        long cost = second.bytesBeyond(first);
        assertTrue(cost > 3 * 4096 && cost < 48 * 1024, cost + " bytes for three pages");
    }

    @Test
    void contentOfASnapshotCanBeReadBesideTheMemoryThatGoesOn() {
        PhysicalMemory memory = new PhysicalMemory(List.of(new GpaRange(0, 0x10_0000)));
        memory.writeU64(0x1000, 1);
        MemorySnapshot first = memory.snapshot();
        memory.writeU64(0x1000, 2);

        Memory content = first.content();
        content.writeU64(0x1008, 3);
        assertEquals(1, content.readU64(0x1000));
        assertEquals(2, memory.readU64(0x1000));
        assertEquals(0, memory.readU64(0x1008));
        assertEquals(0, first.content().readU64(0x1008), "what is written to a copy stays there");
    }

    @Test
    void observerIsToldOfEveryChangeBeforeItHappens() {
        PhysicalMemory memory = new PhysicalMemory(List.of(new GpaRange(0, 0x10_0000)));
        List<String> seen = new ArrayList<>();
        memory.observeWrites(
                (gpa, length) -> seen.add(String.format("0x%x+%d was %d", gpa, length, memory.readU8(gpa))));

        memory.writeU8(1, 5);
        memory.writeU16(0x1fff, 0x0605);
        memory.writeU32(1, 6);
        memory.writeU64(1, 7);
        memory.writeBytes(1, Bytes.wrap(new byte[] {8, 9}));
        memory.zero(0, 0x3000);
        memory.map(0x4000, Bytes.wrap(new byte[] {1}));
        memory.observeWrites(null);
        memory.writeU8(1, 5);
        assertEquals(
                List.of(
                        "0x1+1 was 0",
                        "0x1fff+2 was 0",
                        "0x1+4 was 5",
                        "0x1+8 was 6",
                        "0x1+2 was 7",
                        "0x0+12288 was 0",
                        "0x4000+1 was 0"),
                seen);
        assertThrows(GpaFault.class, () -> memory.writeU8(-1, 0));
    }
}
