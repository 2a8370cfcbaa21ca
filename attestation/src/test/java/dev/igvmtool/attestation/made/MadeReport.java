package dev.igvmtool.attestation.made;

import dev.igvmtool.abi.binary.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** An SNP report in the making. */
public final class MadeReport {
    private final ByteBuffer content = ByteBuffer.allocate(1184).order(ByteOrder.LITTLE_ENDIAN);

    public MadeReport u8(int offset, int value) {
        content.put(offset, (byte) value);
        return this;
    }

    public MadeReport u32(int offset, int value) {
        content.putInt(offset, value);
        return this;
    }

    public MadeReport u64(int offset, long value) {
        content.putLong(offset, value);
        return this;
    }

    public MadeReport bytes(int offset, Bytes value) {
        content.put(offset, value.toByteArray());
        return this;
    }

    byte[] toArray() {
        return content.array().clone();
    }
}
