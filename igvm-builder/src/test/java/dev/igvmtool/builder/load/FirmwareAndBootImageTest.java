package dev.igvmtool.builder.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.testing.Mutations;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class FirmwareAndBootImageTest {
    private static final int VOLUME = 0x5e_0000;

    /** A firmware image with one file, which has a raw section and an executable one. */
    private static byte[] firmware() {
        ByteBuffer image = ByteBuffer.allocate(UefiLoader.IMAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        image.putLong(VOLUME + 32, 0x2_0000);
        image.putInt(VOLUME + 40, 0x4856_465f);
        image.putShort(VOLUME + 48, (short) 72);
        int file = VOLUME + 72;
        image.put(file + 18, (byte) 3);
        image.putShort(file + 20, (short) 0x400);
        int raw = file + 24;
        image.putShort(raw, (short) 7);
        image.put(raw + 3, (byte) 0x19);
        int section = raw + 8;
        image.putShort(section, (short) 0x300);
        image.put(section + 3, (byte) 0x10);
        int te = section + 4;
        image.putShort(te, (short) 0x5a56);
        image.putShort(te + 6, (short) 0x100);
        image.putInt(te + 8, 0x1d8);
        return image.array();
    }

    @Test
    void findsTheEntryOfATerseExecutable() {
        assertEquals(
                VOLUME + 72 + 24 + 8 + 4 + 0x1d8 + 40 - 0x100, new UefiFirmware(Bytes.wrap(firmware())).entryOffset());
    }

    @Test
    void refusesFirmwareWithoutAVolumeOrSecurityCore() {
        assertThrows(FormatException.class, () -> new UefiFirmware(Bytes.zeros(UefiLoader.IMAGE_BYTES)).entryOffset());
        byte[] other = firmware();
        other[VOLUME + 72 + 18] = 4;
        FormatException e =
                assertThrows(FormatException.class, () -> new UefiFirmware(Bytes.wrap(other)).entryOffset());
        assertTrue(e.getMessage().contains("has a size of 0x0"), e.getMessage());
    }

    @Test
    void damagedFirmwareIsReadOrRefused() {
        byte[] image = firmware();
        Bytes head = Bytes.of(Arrays.copyOfRange(image, VOLUME, VOLUME + 200));
        Mutations.allBitFlips(head, damaged -> {
            damaged.copyTo(0, image, VOLUME, damaged.size());
            new UefiFirmware(Bytes.wrap(image)).entryOffset();
        });
        Bytes good = Bytes.wrap(firmware());
        for (int length = VOLUME - 1; length < VOLUME + 200; length++) {
            Bytes cut = good.slice(0, length);
            assertThrows(FormatException.class, () -> new UefiFirmware(cut).entryOffset());
        }
    }

    /** A boot image of boot protocol 2.15 with one sector of setup code around a payload. */
    private static byte[] bzImage(Bytes payload) {
        int kernel = 0x400 + payload.size() + 15 & ~15;
        ByteBuffer image = ByteBuffer.allocate(1024 + kernel).order(ByteOrder.LITTLE_ENDIAN);
        image.put(0x1f1, (byte) 1);
        image.putInt(0x1f4, kernel / 16);
        image.putShort(0x1fe, (short) 0xaa55);
        image.putInt(0x202, 0x5372_6448);
        image.putShort(0x206, (short) 0x20f);
        image.put(0x211, (byte) 1);
        image.putShort(0x236, (short) 1);
        image.putInt(0x248, 0x400);
        image.putInt(0x24c, payload.size());
        image.putLong(0x258, 0x100_0000);
        image.putInt(0x260, 0x60_0000);
        image.put(1024 + 0x400, payload.toByteArray());
        return image.array();
    }

    @Test
    void unpacksTheKernelOfABootImage() throws IOException {
        byte[] image = bzImage(KernelPayloadTest.golden("xz.bin"));
        BzImage read = BzImage.read(Bytes.wrap(image));
        assertEquals(KernelPayloadTest.content(), read.unpackElf());
        assertEquals(0x160_0000, read.endAt(0x10_0000));
    }

    @Test
    void refusesBootImagesThatAreNotSixtyFourBit() {
        refused("boot protocol 2.11", image -> image[0x206] = 0x0b);
        refused("loaded low", image -> image[0x211] = 0);
        refused("no 64-bit entry", image -> image[0x236] = 0);
        refused("needs 0x", image -> image[0x1f1] = (byte) 255);
        refused("needs 0x", image -> image[0x1f7] = 1);
        refused("not a bzImage", image -> image[0x202] = 0);
    }

    private static void refused(String message, Consumer<byte[]> change) {
        byte[] image = bzImage(Bytes.zeros(100));
        change.accept(image);
        FormatException e = assertThrows(FormatException.class, () -> BzImage.read(Bytes.wrap(image)));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void damagedBootImageHeadersAreReadOrRefused() throws IOException {
        Bytes good = Bytes.wrap(bzImage(Bytes.zeros(64)));
        Mutations.allBitFlips(good.slice(0x1f0, 0x80), damaged -> {
            byte[] image = good.toByteArray();
            damaged.copyTo(0, image, 0x1f0, damaged.size());
            BzImage read = BzImage.read(Bytes.wrap(image));
            read.endAt(0);
            read.unpackElf();
        });
        Mutations.allTruncations(good, cut -> BzImage.read(cut).unpackElf());
    }

    @Test
    void flatImageHeadersAreCheckedAndDamageIsRefused() throws IOException {
        Bytes good = Bytes.wrap(Files.readAllBytes(SharedTestData.require("golden/payloads/kernel-aarch64.image")));
        FlatImage image = FlatImage.read(good);
        assertEquals(0, image.sizeBytes() % 4096);
        Mutations.allBitFlips(good.slice(0, 64), damaged -> {
            byte[] file = good.toByteArray();
            damaged.copyTo(0, file, 0, 64);
            FlatImage.read(Bytes.wrap(file));
        });
        assertThrows(FormatException.class, () -> FlatImage.read(good.slice(0, 63)));
    }
}
