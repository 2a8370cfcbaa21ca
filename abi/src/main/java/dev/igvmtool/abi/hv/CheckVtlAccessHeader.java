package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code hv_input_check_sparse_gpa_page_vtl_access} without its list, 16 bytes; u64 page numbers follow.
 *
 * @param desiredAccess see {@link GpaProtection}
 */
public record CheckVtlAccessHeader(
        @U64 long partitionId,
        @U8 int targetVtl,
        @U8 int desiredAccess,
        @Fixed(6) Bytes padding) {
    public static final Codec<CheckVtlAccessHeader> CODEC = Codec.of(CheckVtlAccessHeader.class, lookup());
}
