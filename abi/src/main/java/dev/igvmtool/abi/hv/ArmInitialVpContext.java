package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;

/** {@code HV_INITIAL_VP_CONTEXT} of AArch64, 72 bytes: the registers with which a VTL of a VP starts. */
public record ArmInitialVpContext(
        @U64 long pc,
        @U64 long spElh,
        @U64 long sctlrEl1,
        @U64 long mairEl1,
        @U64 long tcrEl1,
        @U64 long vbarEl1,
        @U64 long ttbr0El1,
        @U64 long ttbr1El1,
        @U64 long x18) {
    public static final Codec<ArmInitialVpContext> CODEC = Codec.of(ArmInitialVpContext.class, lookup());

    /** Number of the general register that it holds. */
    public static final int PLATFORM_REGISTER = 18;

    /** All fields zero. */
    public static final ArmInitialVpContext ZERO = new ArmInitialVpContext(0, 0, 0, 0, 0, 0, 0, 0, 0);
}
