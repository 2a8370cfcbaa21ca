package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code hv_input_modify_sparse_gpa_page_host_visibility} without its list, 16 bytes; u64 page numbers follow.
 *
 * @param visibility 0 private, 3 shared
 */
public record HostVisibilityHeader(
        @U64 long partitionId, @U32 int visibility, @U32 int reserved) {
    public static final Codec<HostVisibilityHeader> CODEC = Codec.of(HostVisibilityHeader.class, lookup());
}
