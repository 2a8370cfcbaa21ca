package dev.igvmtool.builder.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelPayloadTest {
    private static final String[] WORDS = {
        "mov",
        "push",
        "pop",
        "ret",
        "call",
        "\0\0\0\0",
        "jmp",
        "lea",
        "\u007fELF",
        "nop",
        "test",
        "section",
        "0123456789abcdef"
    };

    /** The content of all golden files. */
    static Bytes content() {
        int size = 300_000;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long s = 12345;
        while (out.size() < size) {
            s = s * 1103515245 + 12345 & 0x7fffffff;
            out.writeBytes(WORDS[(int) (s >> 16) % WORDS.length].getBytes(StandardCharsets.ISO_8859_1));
            if ((s >> 20) % 7 == 0) {
                out.write((int) (s >> 8 & 0xff));
                out.write((int) (s >> 4 & 0xff));
            }
            if ((s >> 24) % 31 == 0) {
                out.writeBytes(new byte[(int) (s >> 10) % 300]);
            }
        }
        return Bytes.wrap(out.toByteArray()).slice(0, size);
    }

    static Bytes golden(String name) throws IOException {
        try (InputStream in = KernelPayloadTest.class.getResourceAsStream("/golden/packed/" + name)) {
            return Bytes.wrap(in.readAllBytes());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gzip.bin",
                "xz.bin",
                "xz-plain.bin",
                "lzma.bin",
                "bzip2.bin",
                "lz4.bin",
                "zstd-22.bin",
                "zstd-19.bin",
                "zstd-1.bin"
            })
    void unpacksWhatTheToolPacked(String name) throws IOException {
        assertTrue(content().equals(KernelPayload.unpack(golden(name))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip.bin", "xz.bin", "lzma.bin", "bzip2.bin", "lz4.bin", "zstd-22.bin", "zstd-1.bin"})
    void refusesDamageByFormatException(String name) throws IOException {
        byte[] good = golden(name).toByteArray();
        Random random = new Random(7);
        for (int i = 0; i < 50; i++) {
            byte[] damaged = good.clone();
            int bit = i < 30 ? i * 8 + random.nextInt(8) : random.nextInt(good.length * 8);
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            readOrRefuse(Bytes.wrap(damaged), name + " with bit " + bit + " flipped");
        }
        for (int i = 0; i < 20; i++) {
            int length = i < 10 ? i : random.nextInt(good.length);
            Bytes cut = Bytes.wrap(good).slice(0, length);
            assertThrows(FormatException.class, () -> KernelPayload.unpack(cut), name + " cut to " + length);
        }
    }

    private static void readOrRefuse(Bytes input, String what) {
        try {
            KernelPayload.unpack(input);
        } catch (FormatException expected) {
            // Damage may also hit bits that nobody checks.
        } catch (RuntimeException | OutOfMemoryError e) {
            throw new AssertionError(what, e);
        }
    }

    @Test
    void refusesMoreOutputThanPromised() throws IOException {
        for (String name : new String[] {"xz.bin", "lzma.bin", "bzip2.bin", "lz4.bin", "zstd-22.bin"}) {
            Bytes packed = golden(name);
            for (int size : new int[] {1, 299_999, 300_001}) {
                Bytes lying = new ByteWriter()
                        .bytes(packed.slice(0, packed.size() - 4))
                        .u32(size)
                        .toBytes();
                assertThrows(FormatException.class, () -> KernelPayload.unpack(lying), name + " as " + size);
            }
        }
    }

    @Test
    void refusesAPromiseBeyondReasonBeforeUnpacking() {
        Bytes bomb = new ByteWriter()
                .bytes(Bytes.fromHex("28b52ffd"))
                .zeros(16)
                .u32(0xffff_fff0L)
                .toBytes();
        FormatException e = assertThrows(FormatException.class, () -> KernelPayload.unpack(bomb));
        assertEquals(
                "payload of the bzImage says that it unpacks to 0xfffffff0 bytes, expected at most 0x8000000",
                e.getMessage());
    }

    @Test
    void refusesADictionaryBeyondReason() throws IOException {
        byte[] packed = golden("xz-plain.bin").toByteArray();
        // Block header: size, flags, filter id 0x21, size of properties 1, dictionary size; then its CRC.
        assertEquals(0x21, packed[14]);
        packed[16] = 37;
        CRC32 crc = new CRC32();
        int length = (packed[12] + 1) * 4;
        crc.update(packed, 12, length - 4);
        for (int i = 0; i < 4; i++) {
            packed[12 + length - 4 + i] = (byte) (crc.getValue() >>> 8 * i);
        }
        FormatException e = assertThrows(FormatException.class, () -> KernelPayload.unpack(Bytes.wrap(packed)));
        assertTrue(e.getMessage().contains("memory"), e.getMessage());
    }

    @Test
    void namesAnUnknownCodec() {
        FormatException e =
                assertThrows(FormatException.class, () -> KernelPayload.unpack(Bytes.fromHex("00112233445566778899")));
        assertEquals(
                "payload of the bzImage starts with 001122334455, expected gzip, xz, zstd, lz4, lzma or bzip2",
                e.getMessage());
    }
}
