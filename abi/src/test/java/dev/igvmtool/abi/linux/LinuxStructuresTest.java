package dev.igvmtool.abi.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinuxStructuresTest {
    @Test
    void structuresHaveTheSizesOfTheKernelsHeaders() {
        assertEquals(4096, BootParams.CODEC.size());
        assertEquals(20, E820Entry.CODEC.size());
        assertEquals(16, SetupData.CODEC.size());
        assertEquals(40, CcBlob.CODEC.size());
        assertEquals(144, Stat.CODEC.size());
        assertEquals(110, CpioHeader.CODEC.size());
    }

    @Test
    void zeroPageFieldsStandAtTheirOffsets() {
        E820Entry ram = new E820Entry(0x800_0000, 0x1000, E820Entry.RAM);
        BootParams params = BootParams.builder()
                .ramdisk(0x1_2345_6789L, 0x2_0000_0003L)
                .cmdLinePtr(0x3_0000_0004L)
                .setupData(0x5_0000_0006L)
                .typeOfLoader(BootParams.LOADER_UNDEFINED)
                .hardwareSubarch(BootParams.SUBARCH_NO_BIOS)
                .e820(List.of(ram))
                .build();
        Bytes page = params.page();
        assertEquals(1, page.u32(0xc0));
        assertEquals(2, page.u32(0xc4));
        assertEquals(3, page.u32(0xc8));
        assertEquals(1, page.u8(0x1e8));
        assertEquals(0xff, page.u8(0x210));
        assertEquals(0x2345_6789L, page.u32(0x218));
        assertEquals(3, page.u32(0x21c));
        assertEquals(4, page.u32(0x228));
        assertEquals(1, page.u32(0x23c));
        assertEquals(0x5_0000_0006L, page.u64(0x250));
        assertEquals(0x800_0000, page.u64(0x2d0));
        assertEquals(0x1_2345_6789L, params.ramdiskImage());
        assertEquals(0x2_0000_0003L, params.ramdiskSize());
        assertEquals(List.of(ram), params.e820Table());
        assertEquals(0, params.header());
    }

    @Test
    void headerMagicIsTheTextAtItsOffset() {
        BootParams params = BootParams.builder().headerMagic(0x20f).build();
        assertEquals("HdrS", params.page().slice(0x202, 4).toUtf8());
        assertEquals(0xaa55, params.bootFlag());
        assertEquals(0x20f, params.version());
    }

    @Test
    void cpioFieldsArePrintedAsTheGeneratorPrintsThem() {
        CpioHeader device = new CpioHeader(721, 0x21b6, 0, 0, 1, 0, 0, 3, 1, 1, 3, 9, 0);
        String text = CpioHeader.CODEC.toBytes(device).toUtf8();
        assertEquals("070701000002D1000021B6", text.substring(0, 22));
        assertEquals(device, CpioHeader.CODEC.read(CpioHeader.CODEC.toBytes(device)));
    }

    @Test
    void cpioRefusesForeignMagicAndDigits() {
        Bytes good = CpioHeader.CODEC.toBytes(new CpioHeader(1, 0x81a4, 0, 0, 1, 0, 0, 3, 1, 0, 0, 2, 0));
        String text = good.toUtf8();
        assertThrows(FormatException.class, () -> CpioHeader.CODEC.read(Bytes.utf8("070707" + text.substring(6))));
        assertThrows(
                FormatException.class,
                () -> CpioHeader.CODEC.read(Bytes.utf8(text.substring(0, 20) + "g" + text.substring(21))));
        assertThrows(FormatException.class, () -> CpioHeader.CODEC.read(good.slice(0, 109)));
    }

    @Test
    void directoryEntriesAreReadAsWritten() {
        ByteWriter writer = new ByteWriter();
        Dirent64 entry = new Dirent64(7, 1, Dirent64.REGULAR, "pci-hyperv.ko");
        entry.write(writer);
        assertEquals(40, writer.size());
        assertEquals(entry, Dirent64.read(new ByteReader(writer.toBytes())));
    }

    @Test
    void errorsAreNegativeResults() {
        assertEquals(-2, Errno.ENOENT.result());
        assertEquals(Errno.ENOENT, Errno.of(-2).orElseThrow());
        assertEquals(Syscall.FINIT_MODULE, Syscall.of(313).orElseThrow());
    }
}
