package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.builder.zstd.ZstdDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.LZMAInputStream;
import org.tukaani.xz.SingleXZInputStream;

/**
 * The packed ELF kernel in a bzImage. Its last four bytes tell its unpacked size, whatever the codec: gzip ends so by
 * itself, for the others the kernel's build appends it (Linux, {@code scripts/Makefile.lib: size_append}). Unpacking to
 * any other size is refused, so the output is bounded before it is made.
 */
final class KernelPayload {
    /** Most bytes of an unpacked kernel: twice what distributions ship. */
    private static final int MAX_BYTES = 128 << 20;

    /** Dictionary of {@code xz} as the kernel's build uses it (128 MiB), and what the decoder needs besides. */
    private static final int XZ_MEMORY_KIB = (128 + 8) << 10;

    private static final int SIZE_BYTES = 4;
    private static final int FIRST_ALLOCATION = 1 << 20;

    private KernelPayload() {}

    /** Codecs that Linux can pack itself with. */
    private enum Codec {
        GZIP("1f8b08"),
        XZ("fd377a585a00"),
        ZSTD("28b52ffd"),
        LZ4("02214c18"),
        LZMA("5d0000"),
        BZIP2("425a68"),
        LZO("894c5a4f");

        private final String magic;

        Codec(String magic) {
            this.magic = magic;
        }

        static Codec of(Bytes payload) {
            String start = payload.slice(0, Math.min(6, payload.size())).toHex();
            for (Codec codec : values()) {
                if (start.startsWith(codec.magic)) {
                    return codec;
                }
            }
            throw new FormatException(
                    "payload of the bzImage starts with " + start + ", expected gzip, xz, zstd, lz4, lzma or bzip2");
        }
    }

    /**
     * Unpacks a payload.
     *
     * @throws FormatException if it is of no known kind, damaged, or larger than it says
     */
    static Bytes unpack(Bytes payload) {
        Codec codec = Codec.of(payload);
        if (payload.size() < 2 * SIZE_BYTES) {
            throw new FormatException("payload of the bzImage ends early");
        }
        long declared = payload.u32(payload.size() - SIZE_BYTES);
        if (declared == 0 || declared > MAX_BYTES) {
            throw new FormatException(String.format(
                    "payload of the bzImage says that it unpacks to 0x%x bytes, expected at most 0x%x",
                    declared, MAX_BYTES));
        }
        int size = (int) declared;
        Bytes packed = payload.slice(0, payload.size() - SIZE_BYTES);
        return switch (codec) {
            case GZIP -> drain(codec, size, () -> new GZIPInputStream(stream(payload)));
            case XZ -> drain(codec, size, () -> new SingleXZInputStream(stream(packed), XZ_MEMORY_KIB));
            case LZMA -> drain(codec, size, () -> new LZMAInputStream(stream(packed), XZ_MEMORY_KIB));
            case BZIP2 -> drain(codec, size, () -> new BZip2CompressorInputStream(stream(packed)));
            case LZ4 -> Lz4LegacyFrame.decode(packed, size);
            case ZSTD -> ZstdDecoder.decode(packed, size);
            case LZO -> throw new FormatException("payload of the bzImage is packed with lzo, which is not supported");
        };
    }

    /** Opens a decoder; headers are read here, so this may fail like reading. */
    @FunctionalInterface
    private interface Opener {
        InputStream open() throws IOException;
    }

    private static Bytes drain(Codec codec, int size, Opener opener) {
        byte[] content = new byte[Math.min(size, FIRST_ALLOCATION)];
        int filled = 0;
        try (InputStream in = opener.open()) {
            while (true) {
                if (filled == content.length && filled < size) {
                    content = Arrays.copyOf(content, (int) Math.min(size, content.length * 2L));
                }
                // At the promised size one more byte must not come.
                int count = filled == size ? Math.min(0, in.read()) : in.read(content, filled, content.length - filled);
                if (filled == size && count == 0) {
                    throw new FormatException(String.format(
                            "payload of the bzImage unpacks to more than the 0x%x bytes that it says", size));
                }
                if (count < 0) {
                    break;
                }
                filled += count;
            }
        } catch (FormatException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // Decoders of other projects report damage by exceptions of all kinds.
            throw new FormatException("payload of the bzImage is damaged " + codec + " data after 0x"
                    + Integer.toHexString(filled) + " bytes: " + e.getMessage());
        }
        if (filled != size) {
            throw new FormatException(
                    String.format("payload of the bzImage unpacks to 0x%x bytes, it says 0x%x", filled, size));
        }
        return Bytes.wrap(content);
    }

    private static InputStream stream(Bytes content) {
        return new InputStream() {
            private int position;

            @Override
            public int read() {
                return position < content.size() ? content.u8(position++) : -1;
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                if (position == content.size()) {
                    return length == 0 ? 0 : -1;
                }
                int count = Math.min(length, content.size() - position);
                content.copyTo(position, target, offset, count);
                position += count;
                return count;
            }

            @Override
            public int available() {
                return content.size() - position;
            }
        };
    }
}
