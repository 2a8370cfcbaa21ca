package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code hv_input_get_vp_registers} without its list, 16 bytes: partition, VP and VTL; also the start of other inputs.
 * Get: followed by u32 names, output {@link RegisterValue}s. Set: followed by {@link RegisterAssociation}s.
 *
 * @param targetVtl see {@link TargetVtl}
 */
public record VpRegistersHeader(
        @U64 long partitionId,
        @U32 int vpIndex,
        @U8 int targetVtl,
        @Fixed(3) Bytes padding) {
    public static final Codec<VpRegistersHeader> CODEC = Codec.of(VpRegistersHeader.class, lookup());

    public VpRegistersHeader(long partitionId, int vpIndex, int targetVtl) {
        this(partitionId, vpIndex, targetVtl, Bytes.zeros(3));
    }

    /** The calling VP itself. */
    public static VpRegistersHeader self(TargetVtl vtl) {
        return new VpRegistersHeader(HvSelf.PARTITION, HvSelf.VP, vtl.value());
    }
}
