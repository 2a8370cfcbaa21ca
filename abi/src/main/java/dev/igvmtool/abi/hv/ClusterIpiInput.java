package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code hv_input_send_synthetic_cluster_ipi}, 16 bytes.
 *
 * @param targetVtl see {@link TargetVtl}
 * @param processorMask one bit per VP, the first 64
 */
public record ClusterIpiInput(
        @U32 int vector,
        @U8 int targetVtl,
        @Fixed(3) Bytes padding,
        @U64 long processorMask) {
    public static final Codec<ClusterIpiInput> CODEC = Codec.of(ClusterIpiInput.class, lookup());
}
