package dev.igvmtool.builder.zstd;

import java.util.Arrays;

/** The prefix code of literals. RFC 8878, section 4.2. */
final class HuffmanTable {
    private static final int MAX_BITS = 11;
    private static final int MAX_SYMBOLS = 256;
    private static final int WEIGHTS_LOG = 6;
    private static final int MAX_WEIGHT = 12;

    private final int maxBits;
    private final byte[] symbols;
    private final byte[] lengths;

    private HuffmanTable(int maxBits) {
        this.maxBits = maxBits;
        this.symbols = new byte[1 << maxBits];
        this.lengths = new byte[1 << maxBits];
    }

    /** Reads the weights of all symbols but the last, which follows from them. */
    static HuffmanTable read(Input input) {
        int head = input.u8();
        int[] weights = new int[MAX_SYMBOLS];
        int count;
        if (head < 128) {
            count = compressedWeights(input.take(head), weights);
        } else {
            count = head - 127;
            for (int i = 0; i < count; i += 2) {
                int pair = input.u8();
                weights[i] = pair >> 4;
                weights[i + 1] = i + 1 < count ? pair & 15 : 0;
            }
        }
        int sum = 0;
        for (int i = 0; i < count; i++) {
            if (weights[i] > MAX_WEIGHT) {
                throw input.damaged("symbol weight " + weights[i]);
            }
            sum += weights[i] == 0 ? 0 : 1 << weights[i] - 1;
        }
        if (sum == 0) {
            throw input.damaged("prefix code without symbols");
        }
        int maxBits = FseTable.highestBit(sum) + 1;
        int rest = (1 << maxBits) - sum;
        if (maxBits > MAX_BITS || Integer.bitCount(rest) != 1) {
            throw input.damaged("weights of the prefix code do not add up");
        }
        weights[count] = FseTable.highestBit(rest) + 1;
        HuffmanTable table = new HuffmanTable(maxBits);
        table.fill(weights, count + 1);
        return table;
    }

    /** Two states take turns until the stream is used up. */
    private static int compressedWeights(Input input, int[] weights) {
        FseTable table = FseTable.read(input, MAX_WEIGHT, WEIGHTS_LOG);
        ReverseBits reader = new ReverseBits(input);
        int[] states = {reader.read(table.accuracyLog()), reader.read(table.accuracyLog())};
        int count = 0;
        for (int turn = 0; ; turn ^= 1) {
            if (count > MAX_SYMBOLS - 3) {
                throw input.damaged("more than 255 symbol weights");
            }
            weights[count++] = table.symbol(states[turn]);
            states[turn] = table.next(states[turn], reader);
            if (reader.remaining() < 0) {
                weights[count++] = table.symbol(states[turn ^ 1]);
                return count;
            }
        }
    }

    /** Codes are given out by falling length, in order of symbols. */
    private void fill(int[] weights, int count) {
        int[] sizes = new int[maxBits + 2];
        for (int i = 0; i < count; i++) {
            if (weights[i] > 0) {
                sizes[weights[i]] += 1 << weights[i] - 1;
            }
        }
        int[] starts = new int[maxBits + 2];
        for (int weight = 1; weight <= maxBits; weight++) {
            starts[weight + 1] = starts[weight] + sizes[weight];
        }
        for (int i = 0; i < count; i++) {
            int weight = weights[i];
            if (weight > 0) {
                int end = starts[weight] + (1 << weight - 1);
                Arrays.fill(symbols, starts[weight], end, (byte) i);
                Arrays.fill(lengths, starts[weight], end, (byte) (maxBits + 1 - weight));
                starts[weight] = end;
            }
        }
    }

    /** Decodes exactly {@code count} symbols, which must use the stream up. */
    void decode(Input input, byte[] target, int offset, int count) {
        ReverseBits reader = new ReverseBits(input);
        int mask = (1 << maxBits) - 1;
        int state = reader.read(maxBits);
        for (int i = offset; i < offset + count; i++) {
            target[i] = symbols[state];
            int length = lengths[state];
            state = (state << length | reader.read(length)) & mask;
            if (reader.remaining() < -maxBits) {
                throw input.damaged("literals end early");
            }
        }
        if (reader.remaining() != -maxBits) {
            throw input.damaged("literals do not use up their stream");
        }
    }
}
