package dev.igvmtool.abi.mshv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code mshv_rmpadjust}, 32 bytes: what a lower VMPL may do with pages of an SNP guest.
 *
 * @param startPfn number of the first page
 * @param pageCount of 4 KiB each
 * @param value see {@link dev.igvmtool.abi.snp.RmpAdjust}
 * @param terminateOnFailure 1: a failure is the end of the guest, not an error of the request
 * @param ram 1: the kernel has the pages in its own memory
 * @param padding zero
 */
public record RmpadjustArgument(
        @U64 long startPfn,
        @U64 long pageCount,
        @U64 long value,
        @U8 int terminateOnFailure,
        @U8 int ram,
        @Fixed(6) Bytes padding) {
    public static final Codec<RmpadjustArgument> CODEC = Codec.of(RmpadjustArgument.class, lookup());

    /** Pages outside the kernel's memory, whose failure is told. */
    public RmpadjustArgument(long startPfn, long pageCount, long value) {
        this(startPfn, pageCount, value, 0, 0, Bytes.zeros(6));
    }
}
