package dev.igvmtool.builder.zstd;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;

/**
 * Unpacks Zstandard frames. Specification: RFC 8878. The whole output is in memory, so the window size of a frame does
 * not matter beyond its block size.
 */
public final class ZstdDecoder {
    /** Most bytes that one block unpacks to. */
    static final int MAX_BLOCK = 128 << 10;

    private static final long MAGIC = 0xfd2f_b528L;

    private final Output output;
    private final Literals literals = new Literals();

    private ZstdDecoder(int limit) {
        this.output = new Output(limit);
    }

    /**
     * Unpacks all frames, one after the other.
     *
     * @param size bytes that must come out
     * @throws FormatException if the data is damaged or has another size, or needs a dictionary
     */
    public static Bytes decode(Bytes packed, int size) {
        byte[] data = new byte[packed.size() + Input.PADDING];
        packed.copyTo(0, data, 0, packed.size());
        Input input = new Input(data, 0, packed.size());
        ZstdDecoder decoder = new ZstdDecoder(size);
        while (input.remaining() > 0) {
            decoder.frame(input);
        }
        if (decoder.output.size() != size) {
            throw input.damaged(String.format("unpacks to 0x%x bytes, expected 0x%x", decoder.output.size(), size));
        }
        return decoder.output.toBytes();
    }

    private void frame(Input input) {
        long magic = input.little(4);
        if (magic != MAGIC) {
            throw input.damaged(String.format("frame starts with 0x%08x, expected 0x%08x", magic, MAGIC));
        }
        int descriptor = input.u8();
        if ((descriptor & 0x08) != 0) {
            throw input.damaged("reserved bit of the frame header");
        }
        boolean singleSegment = (descriptor & 0x20) != 0;
        long window = singleSegment ? Long.MAX_VALUE : window(input.u8());
        int dictionaryBytes = new int[] {0, 1, 2, 4}[descriptor & 3];
        if (input.little(dictionaryBytes) != 0) {
            throw input.damaged("needs a dictionary");
        }
        int sizeFlag = descriptor >> 6;
        int sizeBytes = sizeFlag == 0 ? singleSegment ? 1 : 0 : 1 << sizeFlag;
        long declared = sizeBytes == 0 ? -1 : input.little(sizeBytes) + (sizeBytes == 2 ? 256 : 0);
        int start = output.size();
        output.startFrame();
        blocks(input, (int) Math.min(MAX_BLOCK, singleSegment ? Math.max(declared, 0) : window));
        if (sizeBytes != 0 && declared != output.size() - start) {
            throw input.damaged(
                    String.format("frame unpacks to 0x%x bytes, it says 0x%x", output.size() - start, declared));
        }
        if ((descriptor & 4) != 0) {
            long checksum = input.little(4);
            long actual = XxHash64.of(output.content(), start, output.size()) & 0xffff_ffffL;
            if (checksum != actual) {
                throw input.damaged(String.format("checksum 0x%08x, expected 0x%08x", actual, checksum));
            }
        }
    }

    private static long window(int descriptor) {
        long base = 1L << 10 + (descriptor >> 3);
        return base + base / 8 * (descriptor & 7);
    }

    private void blocks(Input input, int maxBlock) {
        literals.reset();
        Sequences sequences = new Sequences();
        boolean last;
        do {
            int head = (int) input.little(3);
            last = (head & 1) != 0;
            int size = head >> 3;
            int start = output.size();
            if (size > maxBlock) {
                throw input.damaged("block of 0x" + Integer.toHexString(size) + " bytes");
            }
            switch (head >> 1 & 3) {
                case 0 -> {
                    Input content = input.take(size);
                    output.append(content, content.data(), content.position(), size);
                }
                case 1 -> output.fill(input, (byte) input.u8(), size);
                case 2 -> {
                    Input content = input.take(size);
                    literals.read(content);
                    sequences.execute(content, literals, output);
                }
                default -> throw input.damaged("reserved block type");
            }
            if (output.size() - start > maxBlock) {
                throw input.damaged("block unpacks to 0x" + Integer.toHexString(output.size() - start) + " bytes");
            }
        } while (!last);
    }
}
