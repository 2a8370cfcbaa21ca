package dev.igvmtool.host.config;

import dev.igvmtool.abi.binary.Bytes;
import java.util.SplittableRandom;

/** Random bytes that a seed gives: the same for the same seed, anywhere. */
public final class SeededBytes {
    private SeededBytes() {}

    public static Bytes of(long seed, int size) {
        byte[] bytes = new byte[size];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) random.nextInt();
        }
        return Bytes.wrap(bytes);
    }
}
