package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code hv_input_send_synthetic_cluster_ipi_ex} with the fixed part of its VP set, 24 bytes; the banks of the set are the
 * variable header.
 *
 * @param targetVtl see {@link TargetVtl}
 * @param setFormat see {@link VpSetFormat}
 * @param validBanks which banks of 64 VPs follow
 */
public record ClusterIpiExHeader(
        @U32 int vector,
        @U8 int targetVtl,
        @Fixed(3) Bytes padding,
        @U64 long setFormat,
        @U64 long validBanks) {
    public static final Codec<ClusterIpiExHeader> CODEC = Codec.of(ClusterIpiExHeader.class, lookup());
}
