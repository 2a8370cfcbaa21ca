package dev.igvmtool.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.VbsVpContext;
import dev.igvmtool.format.context.X64Register;
import dev.igvmtool.format.header.CorimDocument;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.PageDataFlags;
import dev.igvmtool.format.header.PageDataType;
import dev.igvmtool.format.header.Parameter;
import dev.igvmtool.format.header.ParameterArea;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.ParameterKind;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.RelocatableRegion;
import dev.igvmtool.format.header.RequiredMemory;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.format.header.UnknownDirective;
import dev.igvmtool.format.header.VpContext;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class IgvmReaderTest {
    private static final IgvmFile SMALL = new IgvmFile(
            Revision.V1,
            List.of(new SupportedPlatform(1, 2, PlatformType.VSM_ISOLATION, 1, 0)),
            List.of(
                    new RelocatableRegion(1, 0, 2, 3, 0x20_0000, 0x20_0000, 0x20_0000, 0x20_0000, 0x4000_0000),
                    new CorimDocument(1, Bytes.fromHex("a1020304"))),
            List.of(
                    new RequiredMemory(0x20_0000, 1, 0x20_0000, true),
                    new ParameterArea(0x1000, 0, Bytes.EMPTY),
                    new Parameter(ParameterKind.DEVICE_TREE, 0, 0),
                    new VpContext(
                            0,
                            1,
                            0,
                            new VbsVpContext(2, List.of(VbsRegister.ofU64(X64Register.RIP.number(), 0x20_0000)))
                                    .toBytes()),
                    new ParameterInsert(0x20_1000, 1, 0),
                    new PageData(
                            0x20_0000,
                            1,
                            PageDataFlags.NONE,
                            PageDataType.NORMAL,
                            Bytes.fromHex("90").paddedTo(4096)),
                    new UnknownDirective(0x8000_03f0, Bytes.fromHex("0102030405"))));

    @Test
    void readsWhatWasWritten() {
        assertEquals(SMALL, IgvmReader.read(IgvmWriter.toBytes(SMALL)));
    }

    @Test
    void everyTruncationIsRefused() {
        Bytes good = IgvmWriter.toBytes(SMALL);
        for (int length = 0; length < good.size(); length++) {
            Bytes cut = good.slice(0, length);
            assertThrows(FormatException.class, () -> IgvmReader.read(cut), "cut to " + length);
        }
    }

    @Test
    void everyBitFlipOfTheHeadersIsRefused() {
        Bytes good = IgvmWriter.toBytes(SMALL);
        for (int bit = 0; bit < headersEnd(good) * 8; bit++) {
            Bytes damaged = flip(good, bit);
            assertThrows(FormatException.class, () -> IgvmReader.read(damaged), "bit " + bit);
        }
    }

    @Test
    void everyBitFlipUnderARightChecksumIsReadOrRefused() {
        Bytes good = IgvmWriter.toBytes(SMALL);
        int read = 0;
        for (int bit = 0; bit < good.size() * 8; bit++) {
            Bytes damaged = withChecksum(flip(good, bit), headersEnd(good));
            try {
                IgvmReader.read(damaged);
                read++;
            } catch (FormatException expected) {
                assertTrue(expected.getMessage().contains(", in "), expected.getMessage());
            }
        }
        assertTrue(read > 4096 * 8, "page content is not looked at");
    }

    @Test
    void namesThePlaceOfAnError() {
        Bytes good = IgvmWriter.toBytes(SMALL);
        // Alignment of the relocatable region, 16 bytes into the record that follows fixed header and platform.
        byte[] damaged = good.toByteArray();
        damaged[24 + 24 + 16] = 1;
        FormatException error = assertThrows(
                FormatException.class, () -> IgvmReader.read(withChecksum(Bytes.wrap(damaged), headersEnd(good))));
        assertEquals(
                "0x200001, expected a multiple of 0x1000, in field relocation_alignment, in variable header 1"
                        + " (type 0x102, RELOCATABLE_REGION) at file offset 0x00000030",
                error.getMessage());
    }

    @Test
    void boundsTheNumberOfHeaders() {
        ByteWriter records = new ByteWriter();
        records.bytes(IgvmWriter.toBytes(new IgvmFile(Revision.V1, SMALL.platforms(), List.of(), List.of())));
        for (int i = 0; i < 1 << 20; i++) {
            records.u32(0x8000_03f0L).u32(0);
        }
        records.patchU32(12, records.size() - 24);
        records.patchU32(16, records.size());
        Bytes file = withChecksum(records.toBytes(), records.size());
        FormatException error = assertThrows(FormatException.class, () -> IgvmReader.read(file));
        assertTrue(error.getMessage().startsWith("more than 1048576 variable headers"), error.getMessage());
    }

    private static int headersEnd(Bytes file) {
        return (int) (file.u32(8) + file.u32(12));
    }

    private static Bytes flip(Bytes good, int bit) {
        byte[] damaged = good.toByteArray();
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        return Bytes.wrap(damaged);
    }

    private static Bytes withChecksum(Bytes file, int headersEnd) {
        byte[] array = file.toByteArray();
        for (int i = 20; i < 24; i++) {
            array[i] = 0;
        }
        CRC32 crc = new CRC32();
        crc.update(array, 0, headersEnd);
        return Bytes.wrap(new ByteWriter()
                .bytes(Bytes.wrap(array))
                .patchU32(20, crc.getValue())
                .toBytes()
                .toByteArray());
    }
}
