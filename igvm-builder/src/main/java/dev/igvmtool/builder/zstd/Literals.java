package dev.igvmtool.builder.zstd;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The literals of a block; the prefix code stays for later blocks. RFC 8878, section 3.1.1.3.1. */
final class Literals {
    private static final int RAW = 0;
    private static final int RLE = 1;
    private static final int TREELESS = 3;

    private final byte[] buffer = new byte[ZstdDecoder.MAX_BLOCK];
    private int size;
    private @Nullable HuffmanTable table;

    /** Forgets what frames before left. */
    void reset() {
        size = 0;
        table = null;
    }

    byte[] buffer() {
        return buffer;
    }

    int size() {
        return size;
    }

    /** Reads the section at the start of a block. */
    void read(Input input) {
        int head = input.u8();
        int type = head & 3;
        int format = head >> 2 & 3;
        if (type == RAW || type == RLE) {
            int extra = (format & 1) == 0 ? 0 : format == 1 ? 1 : 2;
            long value = head | input.little(extra) << 8;
            setSize(input, (int) (value >> (extra == 0 ? 3 : 4)));
            if (type == RLE) {
                Arrays.fill(buffer, 0, size, (byte) input.u8());
            } else {
                Input content = input.take(size);
                System.arraycopy(content.data(), content.position(), buffer, 0, size);
            }
            return;
        }
        int width = format < 2 ? 10 : format == 2 ? 14 : 18;
        long value = head | input.little(format < 2 ? 2 : format + 1) << 8;
        setSize(input, (int) (value >> 4 & (1 << width) - 1));
        Input content = input.take((int) (value >> 4 + width & (1 << width) - 1));
        if (type != TREELESS) {
            table = HuffmanTable.read(content);
        }
        HuffmanTable code = table;
        if (code == null) {
            throw input.damaged("literals without a prefix code");
        }
        if (format == 0) {
            code.decode(content, buffer, 0, size);
        } else {
            fourStreams(content, code);
        }
    }

    private void fourStreams(Input content, HuffmanTable code) {
        int[] lengths = new int[4];
        for (int i = 0; i < 3; i++) {
            lengths[i] = (int) content.little(2);
        }
        lengths[3] = content.remaining() - lengths[0] - lengths[1] - lengths[2];
        int part = (size + 3) / 4;
        if (3 * part > size) {
            throw content.damaged("four streams for " + size + " literals");
        }
        for (int i = 0; i < 4; i++) {
            code.decode(content.take(lengths[i]), buffer, i * part, i < 3 ? part : size - 3 * part);
        }
    }

    private void setSize(Input input, int value) {
        if (value > buffer.length) {
            throw input.damaged("block of " + value + " literals");
        }
        size = value;
    }
}
