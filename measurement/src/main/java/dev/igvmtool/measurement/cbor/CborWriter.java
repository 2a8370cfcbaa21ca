package dev.igvmtool.measurement.cbor;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import java.nio.ByteOrder;

/**
 * Writes deterministic CBOR: definite lengths, shortest integers. The caller gives map keys in ascending order.
 * Specification: RFC 8949 sections 3 and 4.2.1.
 */
public final class CborWriter {
    private final ByteWriter out = new ByteWriter(ByteOrder.BIG_ENDIAN);

    /** An integer of 64 bits, signed. */
    public CborWriter integer(long value) {
        return value < 0 ? head(CborType.NEGATIVE, ~value) : head(CborType.UNSIGNED, value);
    }

    public CborWriter text(String value) {
        Bytes content = Bytes.utf8(value);
        head(CborType.TEXT, content.size());
        out.bytes(content);
        return this;
    }

    public CborWriter bytes(Bytes value) {
        head(CborType.BYTES, value.size());
        out.bytes(value);
        return this;
    }

    /** Head of an array; its {@code count} items follow. */
    public CborWriter array(int count) {
        return head(CborType.ARRAY, count);
    }

    /** Head of a map; its {@code count} pairs follow, key then value. */
    public CborWriter map(int count) {
        return head(CborType.MAP, count);
    }

    /** Head of a tag; the tagged item follows. */
    public CborWriter tag(long number) {
        return head(CborType.TAG, number);
    }

    /** The simple value {@code null}. */
    public CborWriter nil() {
        return head(CborType.SIMPLE, CborValue.NULL);
    }

    /** An item that is encoded already. */
    public CborWriter encoded(Bytes item) {
        out.bytes(item);
        return this;
    }

    /** Any value; keys of maps in the order in which they are. */
    public CborWriter value(CborValue value) {
        if (value instanceof CborValue.Int it) {
            head(it.negative() ? CborType.NEGATIVE : CborType.UNSIGNED, it.argument());
        } else if (value instanceof CborValue.ByteString it) {
            bytes(it.value());
        } else if (value instanceof CborValue.Text it) {
            text(it.value());
        } else if (value instanceof CborValue.Array it) {
            array(it.items().size());
            it.items().forEach(this::value);
        } else if (value instanceof CborValue.Map it) {
            map(it.entries().size());
            it.entries().forEach(entry -> value(entry.key()).value(entry.value()));
        } else if (value instanceof CborValue.Tagged it) {
            tag(it.tag()).value(it.value());
        } else if (value instanceof CborValue.Simple it) {
            head(CborType.SIMPLE, it.number());
        }
        return this;
    }

    public Bytes toBytes() {
        return out.toBytes();
    }

    /** @param argument unsigned */
    private CborWriter head(CborType majorType, long argument) {
        int type = majorType.ordinal() << 5;
        if (argument >= 0 && argument < 24) {
            out.u8(type | (int) argument);
        } else if (argument >= 0 && argument <= 0xff) {
            out.u8(type | 24).u8((int) argument);
        } else if (argument >= 0 && argument <= 0xffff) {
            out.u8(type | 25).u16((int) argument);
        } else if (argument >= 0 && argument <= 0xffff_ffffL) {
            out.u8(type | 26).u32(argument);
        } else {
            out.u8(type | 27).u64(argument);
        }
        return this;
    }
}
