package dev.igvmtool.builder.zstd;

import org.jspecify.annotations.Nullable;

/**
 * The sequences of a block: copy literals, then copy from what came out before. Tables and the last three offsets stay
 * for later blocks. RFC 8878, sections 3.1.1.3.2 and 3.1.1.4.
 */
final class Sequences {
    private static final int[] LITERAL_BASES = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512,
        1024, 2048, 4096, 8192, 16384, 32768, 65536
    };
    private static final int[] LITERAL_BITS = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        16
    };
    private static final int[] MATCH_BASES = {
        3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
        33, 34, 35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539
    };
    private static final int[] MATCH_BITS = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2,
        2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    };
    private static final int MAX_OFFSET_CODE = 31;

    private static final FseTable LITERAL_DEFAULT = FseTable.of(6, new int[] {
        4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1
    });
    private static final FseTable MATCH_DEFAULT = FseTable.of(6, new int[] {
        1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1
    });
    private static final FseTable OFFSET_DEFAULT = FseTable.of(
            5, new int[] {1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1});

    private final long[] offsets = {1, 4, 8};
    private @Nullable FseTable literalTable;
    private @Nullable FseTable offsetTable;
    private @Nullable FseTable matchTable;

    /** Reads the section, which is the rest of a block, and carries it out. */
    void execute(Input input, Literals literals, Output output) {
        int count = count(input);
        int used = 0;
        if (count > 0) {
            int modes = input.u8();
            if ((modes & 3) != 0) {
                throw input.damaged("reserved bits of the table modes");
            }
            FseTable literal = table(input, modes >> 6, LITERAL_DEFAULT, literalTable, 35, 9);
            FseTable offset = table(input, modes >> 4 & 3, OFFSET_DEFAULT, offsetTable, MAX_OFFSET_CODE, 8);
            FseTable match = table(input, modes >> 2 & 3, MATCH_DEFAULT, matchTable, 52, 9);
            literalTable = literal;
            offsetTable = offset;
            matchTable = match;
            used = run(input, count, literal, offset, match, literals, output);
        } else if (input.remaining() != 0) {
            throw input.damaged("data behind a block without sequences");
        }
        output.append(input, literals.buffer(), used, literals.size() - used);
    }

    private static int count(Input input) {
        int first = input.u8();
        if (first < 128) {
            return first;
        }
        return first < 255 ? (first - 128 << 8) + input.u8() : (int) input.little(2) + 0x7f00;
    }

    private static FseTable table(
            Input input, int mode, FseTable standard, @Nullable FseTable previous, int maxSymbol, int maxLog) {
        switch (mode) {
            case 0 -> {
                return standard;
            }
            case 1 -> {
                int symbol = input.u8();
                if (symbol > maxSymbol) {
                    throw input.damaged("code " + symbol + ", expected at most " + maxSymbol);
                }
                return FseTable.single(symbol);
            }
            case 2 -> {
                return FseTable.read(input, maxSymbol, maxLog);
            }
            default -> {
                if (previous == null) {
                    throw input.damaged("no table to repeat");
                }
                return previous;
            }
        }
    }

    private int run(
            Input input,
            int count,
            FseTable literal,
            FseTable offset,
            FseTable match,
            Literals literals,
            Output output) {
        ReverseBits bits = new ReverseBits(input);
        int literalState = bits.read(literal.accuracyLog());
        int offsetState = bits.read(offset.accuracyLog());
        int matchState = bits.read(match.accuracyLog());
        int used = 0;
        for (int i = 0; i < count; i++) {
            int offsetCode = offset.symbol(offsetState);
            int matchCode = match.symbol(matchState);
            int literalCode = literal.symbol(literalState);
            long offsetValue = (1L << offsetCode) + Integer.toUnsignedLong(bits.read(offsetCode));
            int matchLength = MATCH_BASES[matchCode] + bits.read(MATCH_BITS[matchCode]);
            int literalLength = LITERAL_BASES[literalCode] + bits.read(LITERAL_BITS[literalCode]);
            if (i + 1 < count) {
                literalState = literal.next(literalState, bits);
                matchState = match.next(matchState, bits);
                offsetState = offset.next(offsetState, bits);
            }
            if (bits.remaining() < 0 || literalLength > literals.size() - used) {
                throw input.damaged("sequence " + i + " of " + count + " needs more than there is");
            }
            output.append(input, literals.buffer(), used, literalLength);
            used += literalLength;
            output.repeat(input, distance(input, offsetValue, literalLength == 0), matchLength);
        }
        if (bits.remaining() != 0) {
            throw input.damaged("sequences do not use up their stream");
        }
        return used;
    }

    /** Values up to 3 stand for recent offsets, which move to the front. */
    private long distance(Input input, long value, boolean withoutLiterals) {
        int index = 3;
        long distance = value - 3;
        if (value <= 3) {
            index = (int) value - 1 + (withoutLiterals ? 1 : 0);
            distance = index < 3 ? offsets[index] : offsets[0] - 1;
            if (distance == 0) {
                throw input.damaged("offset 0");
            }
        }
        for (int i = Math.min(index, 2); i > 0; i--) {
            offsets[i] = offsets[i - 1];
        }
        offsets[0] = distance;
        return distance;
    }
}
