package dev.igvmtool.abi.x64;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code HV_X64_TABLE_REGISTER}, 16 bytes: GDTR or IDTR.
 *
 * @param padding six bytes, zero
 * @param limit in bytes, inclusive
 * @param base linear address
 */
public record TableValue(
        @Fixed(6) Bytes padding, @U16 int limit, @U64 long base) {
    public static final Codec<TableValue> CODEC = Codec.of(TableValue.class, lookup());

    /** A table register with zero padding. */
    public TableValue(int limit, long base) {
        this(Bytes.zeros(6), limit, base);
    }
}
