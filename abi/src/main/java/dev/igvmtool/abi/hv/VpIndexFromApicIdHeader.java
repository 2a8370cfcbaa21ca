package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/** {@code hv_input_get_vp_index_from_apic_id} without its list, 16 bytes; u32 APIC ids follow, output u32 VP indexes. */
public record VpIndexFromApicIdHeader(
        @U64 long partitionId, @U8 int targetVtl, @Fixed(7) Bytes padding) {
    public static final Codec<VpIndexFromApicIdHeader> CODEC = Codec.of(VpIndexFromApicIdHeader.class, lookup());

    public VpIndexFromApicIdHeader(TargetVtl targetVtl) {
        this(HvSelf.PARTITION, targetVtl.value(), Bytes.zeros(7));
    }
}
