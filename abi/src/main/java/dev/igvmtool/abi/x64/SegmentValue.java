package dev.igvmtool.abi.x64;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code HV_X64_SEGMENT_REGISTER}, 16 bytes: a segment register with its hidden parts.
 *
 * @param base linear address
 * @param limit in bytes, inclusive
 * @param selector as loaded
 * @param attributes access byte in bits 0-7, flags in bits 12-15
 */
public record SegmentValue(
        @U64 long base,
        @U32 long limit,
        @U16 int selector,
        @U16 int attributes) {
    public static final Codec<SegmentValue> CODEC = Codec.of(SegmentValue.class, lookup());

    /** All fields zero. */
    public static final SegmentValue NULL = new SegmentValue(0, 0, 0, 0);
}
