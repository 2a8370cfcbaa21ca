package dev.igvmtool.format.context;

import dev.igvmtool.abi.arm.Aarch64Register;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;

/**
 * One register of a {@link VbsVpContext}.
 *
 * @param name Hyper-V register number, see {@link X64Register} and {@link Aarch64Register}
 * @param value 16 bytes, little endian
 */
public record VbsRegister(int name, Bytes value) {
    /** Bytes of a value. */
    public static final int VALUE_SIZE = 16;

    public VbsRegister {
        if (value.size() != VALUE_SIZE) {
            throw new IllegalArgumentException("register value of " + value.size() + " bytes, expected 16");
        }
    }

    /** A register of 64 bits. */
    public static VbsRegister ofU64(int name, long value) {
        byte[] bytes = new byte[VALUE_SIZE];
        for (int i = 0; i < Long.BYTES; i++) {
            bytes[i] = (byte) (value >>> 8 * i);
        }
        return new VbsRegister(name, Bytes.wrap(bytes));
    }

    /** A segment register. */
    public static VbsRegister ofSegment(int name, SegmentValue value) {
        return new VbsRegister(name, SegmentValue.CODEC.toBytes(value));
    }

    /** A table register. */
    public static VbsRegister ofTable(int name, TableValue value) {
        return new VbsRegister(name, TableValue.CODEC.toBytes(value));
    }

    /** The low 64 bits. */
    public long u64() {
        return value.u64(0);
    }

    /** The value as a segment register. */
    public SegmentValue segment() {
        return SegmentValue.CODEC.read(value);
    }

    /** The value as a table register. */
    public TableValue table() {
        return TableValue.CODEC.read(value);
    }
}
