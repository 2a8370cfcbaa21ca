package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;

/**
 * {@code hv_input_enable_vp_vtl} and {@code hv_input_start_virtual_processor}, 240 bytes; here the VTL of the header is
 * a plain number, not a {@link TargetVtl}.
 */
public record VpStartInput(VpRegistersHeader header, InitialVpContext context) {
    public static final Codec<VpStartInput> CODEC = Codec.of(VpStartInput.class, lookup());

    /** Input for a VP of the caller's partition. */
    public VpStartInput(int vpIndex, int vtl, InitialVpContext context) {
        this(new VpRegistersHeader(HvSelf.PARTITION, vpIndex, vtl), context);
    }
}
