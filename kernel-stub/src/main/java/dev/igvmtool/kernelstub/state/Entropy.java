package dev.igvmtool.kernelstub.state;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The kernel's random pool: a hash over all that was mixed in, and a counter. A function of its inputs alone, so that a
 * run can be repeated.
 *
 * @param pool 32 bytes
 * @param taken number of blocks taken out
 */
public record Entropy(Bytes pool, long taken) {
    private static final int BLOCK = 32;

    /** A pool into which nothing was mixed. */
    public static Entropy initial() {
        return new Entropy(Bytes.zeros(BLOCK), 0);
    }

    /** The pool after mixing {@code content} in. */
    public Entropy mix(Bytes content) {
        return new Entropy(
                hash(new ByteWriter().bytes(pool).u64(taken).bytes(content).toBytes()), taken);
    }

    /** Random bytes of the next blocks. */
    public Bytes bytes(int count) {
        ByteWriter writer = new ByteWriter();
        for (long block = taken; writer.size() < count; block++) {
            writer.bytes(hash(new ByteWriter().bytes(pool).u64(block).u8(1).toBytes()));
        }
        return writer.toBytes().slice(0, count);
    }

    /** The pool after {@link #bytes} was used for {@code count} bytes. */
    public Entropy after(int count) {
        return new Entropy(pool, taken + (count + BLOCK - 1) / BLOCK);
    }

    private static Bytes hash(Bytes content) {
        try {
            return Bytes.wrap(MessageDigest.getInstance("SHA-256").digest(content.toByteArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java runtime has SHA-256", e);
        }
    }
}
