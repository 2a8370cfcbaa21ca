package dev.igvmtool.abi.mshv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code mshv_pvalidate}, 20 bytes: pages that an SNP guest validates, or gives up.
 *
 * @param startPfn number of the first page
 * @param pageCount of 4 KiB each
 * @param validate 1 to validate, 0 to rescind
 * @param terminateOnFailure 1: a failure is the end of the guest, not an error of the request
 * @param ram 1: the kernel has the pages in its own memory
 * @param padding zero
 */
public record PvalidateArgument(
        @U64 long startPfn,
        @U64 long pageCount,
        @U8 int validate,
        @U8 int terminateOnFailure,
        @U8 int ram,
        @U8 int padding) {
    public static final Codec<PvalidateArgument> CODEC = Codec.of(PvalidateArgument.class, lookup());

    /** Pages outside the kernel's memory, whose failure is told. */
    public PvalidateArgument(long startPfn, long pageCount, boolean validate) {
        this(startPfn, pageCount, validate ? 1 : 0, 0, 0, 0);
    }
}
