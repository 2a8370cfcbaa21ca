package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;

/** {@link VpStartInput} of AArch64, 88 bytes. */
public record ArmVpStartInput(VpRegistersHeader header, ArmInitialVpContext context) {
    public static final Codec<ArmVpStartInput> CODEC = Codec.of(ArmVpStartInput.class, lookup());

    /** Input for a VP of the caller's partition. */
    public ArmVpStartInput(int vpIndex, int vtl, ArmInitialVpContext context) {
        this(new VpRegistersHeader(HvSelf.PARTITION, vpIndex, vtl), context);
    }
}
