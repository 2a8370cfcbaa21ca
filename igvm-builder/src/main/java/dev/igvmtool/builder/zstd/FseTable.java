package dev.igvmtool.builder.zstd;

/** A finite state entropy table: each state has a symbol and tells the next state. RFC 8878, section 4.1. */
final class FseTable {
    private static final int MIN_LOG = 5;

    private final int accuracyLog;
    private final int[] symbols;
    private final int[] bits;
    private final int[] bases;

    private FseTable(int accuracyLog) {
        this.accuracyLog = accuracyLog;
        this.symbols = new int[1 << accuracyLog];
        this.bits = new int[1 << accuracyLog];
        this.bases = new int[1 << accuracyLog];
    }

    /** A table of one symbol, which takes no bits. */
    static FseTable single(int symbol) {
        FseTable table = new FseTable(0);
        table.symbols[0] = symbol;
        return table;
    }

    /** The table of a distribution: -1 is a probability below 1. */
    static FseTable of(int accuracyLog, int[] distribution) {
        FseTable table = new FseTable(accuracyLog);
        int size = 1 << accuracyLog;
        int[] next = new int[distribution.length];
        int high = size;
        for (int symbol = 0; symbol < distribution.length; symbol++) {
            next[symbol] = Math.abs(distribution[symbol]);
            if (distribution[symbol] == -1) {
                table.symbols[--high] = symbol;
            }
        }
        int step = (size >> 1) + (size >> 3) + 3;
        int position = 0;
        for (int symbol = 0; symbol < distribution.length; symbol++) {
            for (int i = 0; i < distribution[symbol]; i++) {
                table.symbols[position] = symbol;
                do {
                    position = position + step & size - 1;
                } while (position >= high);
            }
        }
        for (int state = 0; state < size; state++) {
            int value = next[table.symbols[state]]++;
            table.bits[state] = accuracyLog - highestBit(value);
            table.bases[state] = (value << table.bits[state]) - size;
        }
        return table;
    }

    /** Reads a distribution and makes its table. */
    static FseTable read(Input input, int maxSymbol, int maxLog) {
        ForwardBits reader = new ForwardBits(input);
        int log = reader.read(4) + MIN_LOG;
        if (log > maxLog) {
            throw input.damaged("entropy table of accuracy " + log + ", expected at most " + maxLog);
        }
        int[] distribution = new int[maxSymbol + 1];
        int remaining = 1 << log;
        int symbol = 0;
        while (remaining > 0) {
            if (symbol > maxSymbol) {
                throw input.damaged("entropy table with more than " + (maxSymbol + 1) + " symbols");
            }
            int probability = probability(reader, remaining);
            remaining -= Math.abs(probability);
            distribution[symbol++] = probability;
            if (probability == 0) {
                int repeat;
                do {
                    repeat = reader.read(2);
                    symbol += repeat;
                } while (repeat == 3);
            }
        }
        reader.finish();
        return of(log, distribution);
    }

    /** A value from 0 to remaining + 1, minus 1; small values take one bit less. */
    private static int probability(ForwardBits reader, int remaining) {
        int width = highestBit(remaining + 1) + 1;
        int shortMask = (1 << width - 1) - 1;
        int threshold = (1 << width) - 1 - (remaining + 1);
        int value = reader.read(width - 1);
        if (value >= threshold) {
            value |= reader.read(1) << width - 1;
            if (value > shortMask) {
                value -= threshold;
            }
        }
        return value - 1;
    }

    int accuracyLog() {
        return accuracyLog;
    }

    int symbol(int state) {
        return symbols[state];
    }

    int next(int state, ReverseBits reader) {
        return bases[state] + reader.read(bits[state]);
    }

    static int highestBit(int value) {
        return 31 - Integer.numberOfLeadingZeros(value);
    }

    /** Bits read from low to high. */
    private static final class ForwardBits {
        private final Input input;
        private int buffer;
        private int count;

        ForwardBits(Input input) {
            this.input = input;
        }

        int read(int bits) {
            while (count < bits) {
                buffer |= input.u8() << count;
                count += 8;
            }
            int value = buffer & (1 << bits) - 1;
            buffer >>>= bits;
            count -= bits;
            return value;
        }

        /** The rest of a byte is not used. */
        void finish() {
            buffer = 0;
            count = 0;
        }
    }
}
