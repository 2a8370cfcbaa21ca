package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code hv_input_modify_vtl_protection_mask} without its list, 16 bytes; u64 page numbers follow.
 *
 * @param mapFlags see {@link GpaProtection}
 * @param targetVtl see {@link TargetVtl}: the VTL on whose behalf, which restricts the VTLs below it
 */
public record ModifyVtlProtectionMaskHeader(
        @U64 long partitionId,
        @U32 int mapFlags,
        @U8 int targetVtl,
        @Fixed(3) Bytes padding) {
    public static final Codec<ModifyVtlProtectionMaskHeader> CODEC =
            Codec.of(ModifyVtlProtectionMaskHeader.class, lookup());

    public ModifyVtlProtectionMaskHeader(int mapFlags, TargetVtl targetVtl) {
        this(HvSelf.PARTITION, mapFlags, targetVtl.value(), Bytes.zeros(3));
    }
}
