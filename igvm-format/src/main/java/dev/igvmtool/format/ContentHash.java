package dev.igvmtool.format;

import dev.igvmtool.abi.binary.Bytes;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * A hash for tables of contents that come from outside: the upper half of the sum of all 32-bit words, each times a
 * secret number of its own. Two different contents have the same hash with a chance of 1 in 2^32, whoever chose them, as
 * long as the numbers are not known to them; so a file made to collide costs no more than any other. Zeros at the end do
 * not matter.
 */
final class ContentHash {
    private static final int TABLE_WORDS = 1024;
    private static final long LOW = 0xffff_ffffL;

    private final long[] factors = new long[TABLE_WORDS];
    private final long seed;

    /** @param secret not to be foreseen by who made the contents; decides on the hashes only, never on a result */
    ContentHash(SplittableRandom secret) {
        for (int i = 0; i < TABLE_WORDS; i++) {
            factors[i] = secret.nextLong();
        }
        seed = secret.nextLong();
    }

    int of(Bytes content) {
        ByteBuffer words = content.asBuffer();
        int whole = content.size() / Long.BYTES;
        int inTable = Math.min(whole, TABLE_WORDS / 2);
        long sum = seed;
        for (int i = 0; i < inTable; i++) {
            long word = words.getLong(i * Long.BYTES);
            sum += (word & LOW) * factors[2 * i] + (word >>> 32) * factors[2 * i + 1];
        }
        // Few contents are larger than a page; their further factors are made when needed.
        for (int i = inTable; i < whole; i++) {
            long word = words.getLong(i * Long.BYTES);
            sum += (word & LOW) * factor(2 * i) + (word >>> 32) * factor(2 * i + 1);
        }
        for (int i = whole * Long.BYTES; i < content.size(); i++) {
            sum += factor(i / Integer.BYTES) * (content.u8(i) << Byte.SIZE * (i % Integer.BYTES) & LOW);
        }
        return (int) (sum >>> 32);
    }

    private long factor(int word) {
        return word < TABLE_WORDS ? factors[word] : new SplittableRandom(seed + word).nextLong();
    }
}
