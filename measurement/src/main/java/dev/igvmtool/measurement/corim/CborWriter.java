package dev.igvmtool.measurement.corim;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import java.nio.ByteOrder;

/**
 * Writes deterministic CBOR: definite lengths, shortest integers. The caller gives map keys in ascending order.
 * Specification: RFC 8949 sections 3 and 4.2.1.
 */
final class CborWriter {
    private static final int UNSIGNED = 0;
    private static final int BYTE_STRING = 2;
    private static final int TEXT_STRING = 3;
    private static final int ARRAY = 4;
    private static final int MAP = 5;
    private static final int TAG = 6;

    private final ByteWriter out = new ByteWriter(ByteOrder.BIG_ENDIAN);

    CborWriter unsigned(long value) {
        return head(UNSIGNED, value);
    }

    CborWriter text(String value) {
        Bytes content = Bytes.utf8(value);
        head(TEXT_STRING, content.size());
        out.bytes(content);
        return this;
    }

    CborWriter bytes(Bytes value) {
        head(BYTE_STRING, value.size());
        out.bytes(value);
        return this;
    }

    /** Head of an array; its {@code count} items follow. */
    CborWriter array(int count) {
        return head(ARRAY, count);
    }

    /** Head of a map; its {@code count} pairs follow, key then value. */
    CborWriter map(int count) {
        return head(MAP, count);
    }

    /** Head of a tag; the tagged item follows. */
    CborWriter tag(long number) {
        return head(TAG, number);
    }

    Bytes toBytes() {
        return out.toBytes();
    }

    private CborWriter head(int majorType, long argument) {
        int type = majorType << 5;
        if (argument < 0) {
            throw new IllegalArgumentException("negative argument " + argument);
        } else if (argument < 24) {
            out.u8(type | (int) argument);
        } else if (argument <= 0xff) {
            out.u8(type | 24).u8((int) argument);
        } else if (argument <= 0xffff) {
            out.u8(type | 25).u16((int) argument);
        } else if (argument <= 0xffff_ffffL) {
            out.u8(type | 26).u32(argument);
        } else {
            out.u8(type | 27).u64(argument);
        }
        return this;
    }
}
