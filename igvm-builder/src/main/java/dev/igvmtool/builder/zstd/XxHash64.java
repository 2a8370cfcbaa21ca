package dev.igvmtool.builder.zstd;

/** XXH64 with seed 0, of which frames carry the low half. Specification: xxHash fast digest algorithm, version 0.1.1. */
final class XxHash64 {
    private static final long P1 = 0x9e37_79b1_85eb_ca87L;
    private static final long P2 = 0xc2b2_ae3d_27d4_eb4fL;
    private static final long P3 = 0x1656_67b1_9e37_79f9L;
    private static final long P4 = 0x85eb_ca77_c2b2_ae63L;
    private static final long P5 = 0x27d4_eb2f_1656_67c5L;

    private XxHash64() {}

    static long of(byte[] data, int start, int end) {
        int position = start;
        long hash;
        if (end - start >= 32) {
            // P1 + P2, P2, 0, -P1
            long[] lanes = {0x60ea_27ee_adc0_b5d6L, P2, 0, -P1};
            for (; position <= end - 32; position += 32) {
                for (int i = 0; i < 4; i++) {
                    lanes[i] = round(lanes[i], Input.longAt(data, position + 8 * i));
                }
            }
            hash = Long.rotateLeft(lanes[0], 1)
                    + Long.rotateLeft(lanes[1], 7)
                    + Long.rotateLeft(lanes[2], 12)
                    + Long.rotateLeft(lanes[3], 18);
            for (long lane : lanes) {
                hash = (hash ^ round(0, lane)) * P1 + P4;
            }
        } else {
            hash = P5;
        }
        hash += end - start;
        for (; position <= end - 8; position += 8) {
            hash = Long.rotateLeft(hash ^ round(0, Input.longAt(data, position)), 27) * P1 + P4;
        }
        if (position <= end - 4) {
            long word = (data[position] & 0xffL)
                    | (data[position + 1] & 0xffL) << 8
                    | (data[position + 2] & 0xffL) << 16
                    | (data[position + 3] & 0xffL) << 24;
            hash = Long.rotateLeft(hash ^ word * P1, 23) * P2 + P3;
            position += 4;
        }
        for (; position < end; position++) {
            hash = Long.rotateLeft(hash ^ (data[position] & 0xff) * P5, 11) * P1;
        }
        hash = (hash ^ hash >>> 33) * P2;
        hash = (hash ^ hash >>> 29) * P3;
        return hash ^ hash >>> 32;
    }

    private static long round(long lane, long input) {
        return Long.rotateLeft(lane + input * P2, 31) * P1;
    }
}
