package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;

/** {@code HV_INITIAL_VP_CONTEXT}, 224 bytes: the registers with which a VTL of a VP starts. */
public record InitialVpContext(
        @U64 long rip,
        @U64 long rsp,
        @U64 long rflags,
        SegmentValue cs,
        SegmentValue ds,
        SegmentValue es,
        SegmentValue fs,
        SegmentValue gs,
        SegmentValue ss,
        SegmentValue tr,
        SegmentValue ldtr,
        TableValue idtr,
        TableValue gdtr,
        @U64 long efer,
        @U64 long cr0,
        @U64 long cr3,
        @U64 long cr4,
        @U64 long pat) {
    public static final Codec<InitialVpContext> CODEC = Codec.of(InitialVpContext.class, lookup());

    /** All fields zero. */
    public static final InitialVpContext ZERO = new InitialVpContext(
            0,
            0,
            0,
            SegmentValue.NULL,
            SegmentValue.NULL,
            SegmentValue.NULL,
            SegmentValue.NULL,
            SegmentValue.NULL,
            SegmentValue.NULL,
            SegmentValue.NULL,
            SegmentValue.NULL,
            new TableValue(0, 0),
            new TableValue(0, 0),
            0,
            0,
            0,
            0,
            0);
}
