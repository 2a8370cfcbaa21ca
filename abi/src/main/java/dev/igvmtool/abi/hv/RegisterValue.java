package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;

/** {@code HV_REGISTER_VALUE}, 16 bytes: 64-bit registers use the low half; segments and tables use all of it. */
public record RegisterValue(@U64 long low, @U64 long high) {
    public static final Codec<RegisterValue> CODEC = Codec.of(RegisterValue.class, lookup());

    /** A value of 64 bits. */
    public static RegisterValue of(long low) {
        return new RegisterValue(low, 0);
    }

    /** The 16 bytes of a segment register. */
    public static RegisterValue of(SegmentValue segment) {
        return CODEC.read(SegmentValue.CODEC.toBytes(segment));
    }

    /** The 16 bytes of a table register. */
    public static RegisterValue of(TableValue table) {
        return CODEC.read(TableValue.CODEC.toBytes(table));
    }

    /** The value as a segment register. */
    public SegmentValue segment() {
        return SegmentValue.CODEC.read(bytes());
    }

    /** The value as a table register. */
    public TableValue table() {
        return TableValue.CODEC.read(bytes());
    }

    private Bytes bytes() {
        return CODEC.toBytes(this);
    }
}
