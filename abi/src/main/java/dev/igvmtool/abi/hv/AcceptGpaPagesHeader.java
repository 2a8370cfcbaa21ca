package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code hv_input_accept_gpa_pages}, 24 bytes; the rep count is the number of pages.
 *
 * @param attributes bits 0-5 memory type (1 RAM), 6-7 host visibility, 8-10 VTL set
 * @param permissionsByVtl1 what VTL1 lets lower VTLs do with the pages, if it is in the set; see {@link GpaProtection}
 * @param permissionsByVtl2 likewise for VTL2
 * @param firstPage page number
 */
public record AcceptGpaPagesHeader(
        @U64 long partitionId,
        @U32 int attributes,
        @U16 int permissionsByVtl1,
        @U16 int permissionsByVtl2,
        @U64 long firstPage) {
    public static final Codec<AcceptGpaPagesHeader> CODEC = Codec.of(AcceptGpaPagesHeader.class, lookup());
}
