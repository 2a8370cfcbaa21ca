package dev.igvmtool.builder.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.elf.ElfWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class KernelFileTest {
    private static final Bytes ELF =
            new ElfWriter(2, 62, 0x1000).load(0x1000, 5, Bytes.zeros(100), 100).toBytes();

    private static Bytes gzip(Bytes content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(content.toByteArray());
        }
        return Bytes.wrap(packed.toByteArray());
    }

    @Test
    void findsOutWhatItIs() throws IOException {
        assertEquals(ELF, KernelFile.unpack(ELF));
        assertEquals(ELF, KernelFile.unpack(gzip(ELF)));
        byte[] image = new byte[64];
        System.arraycopy(Bytes.fromHex("41524d64").toByteArray(), 0, image, 56, 4);
        assertEquals(Bytes.wrap(image), KernelFile.unpack(Bytes.wrap(image)));
    }

    @Test
    void refusesAllElse() throws IOException {
        for (Bytes bad : new Bytes[] {Bytes.EMPTY, Bytes.zeros(1000), gzip(Bytes.zeros(1000)), Bytes.fromHex("1f8b")}) {
            FormatException e = assertThrows(FormatException.class, () -> KernelFile.unpack(bad));
            assertTrue(!e.getMessage().contains("\n"), e.getMessage());
        }
    }
}
