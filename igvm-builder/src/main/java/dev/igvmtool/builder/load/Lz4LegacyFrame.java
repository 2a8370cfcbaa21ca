package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.Arrays;

/**
 * LZ4 in its legacy frame, as {@code lz4 -l} writes it: a magic number, then blocks of at most 8 MiB, each with its
 * packed size and independent of the others. Specification: lz4 Frame Format, "Legacy frame"; lz4 Block Format.
 */
final class Lz4LegacyFrame {
    private static final long MAGIC = 0x184c_2102L;
    private static final int MAX_BLOCK = 8 << 20;
    private static final int MIN_MATCH = 4;

    private final Bytes input;
    private final int size;
    private byte[] output = new byte[0];
    private int filled;
    private int position;

    private Lz4LegacyFrame(Bytes input, int size) {
        this.input = input;
        this.size = size;
    }

    /**
     * Unpacks a frame.
     *
     * @param size bytes that must come out
     */
    static Bytes decode(Bytes input, int size) {
        Lz4LegacyFrame frame = new Lz4LegacyFrame(input, size);
        while (frame.position < input.size()) {
            long length = frame.u32();
            if (length == MAGIC) {
                continue;
            }
            if (length == 0 || length > input.size() - frame.position) {
                throw frame.damaged("block of 0x" + Long.toHexString(length) + " bytes");
            }
            frame.block((int) length);
        }
        if (frame.filled != size) {
            throw frame.damaged("it says that it has 0x" + Integer.toHexString(size));
        }
        return Bytes.wrap(frame.output);
    }

    private void block(int length) {
        int end = position + length;
        int start = filled;
        int limit = Math.min(size, start + MAX_BLOCK);
        // A block grows at most 255-fold, so the allocation is in proportion to the input.
        output = Arrays.copyOf(output, (int) Math.min(limit, start + length * 255L));
        while (position < end) {
            int token = u8(end);
            literals(length(token >> 4, end), end);
            if (position == end) {
                break;
            }
            int distance = u8(end) | u8(end) << 8;
            int count = length(token & 15, end) + MIN_MATCH;
            if (distance == 0 || distance > filled - start || count < 0 || count > output.length - filled) {
                throw damaged("match of 0x" + Integer.toHexString(count) + " bytes at distance 0x"
                        + Integer.toHexString(distance));
            }
            for (int i = 0; i < count; i++, filled++) {
                output[filled] = output[filled - distance];
            }
        }
        output = filled == output.length ? output : Arrays.copyOf(output, filled);
    }

    private void literals(int count, int end) {
        if (count < 0 || count > end - position || count > output.length - filled) {
            throw damaged("0x" + Integer.toHexString(count) + " literals");
        }
        input.copyTo(position, output, filled, count);
        position += count;
        filled += count;
    }

    private int length(int nibble, int end) {
        int length = nibble;
        if (nibble == 15) {
            int more;
            do {
                more = u8(end);
                length += more;
                if (length > MAX_BLOCK) {
                    throw damaged("length beyond a block");
                }
            } while (more == 0xff);
        }
        return length;
    }

    private int u8(int end) {
        if (position >= end) {
            throw damaged("block ends early");
        }
        return input.u8(position++);
    }

    private long u32() {
        if (input.size() - position < 4) {
            throw damaged("block size ends early");
        }
        position += 4;
        return input.u32(position - 4);
    }

    private FormatException damaged(String what) {
        return new FormatException(
                String.format("lz4 data is damaged at 0x%x, after 0x%x bytes of output: %s", position, filled, what));
    }
}
