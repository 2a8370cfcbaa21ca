package dev.igvmtool.abi.mshv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code hcl_hvcall}, 48 bytes: one hypercall with its input and output.
 *
 * @param control hypercall input value
 * @param inputBytes bytes at {@code input}, at most a page
 * @param input address of the input
 * @param status hypercall result value, written by the kernel
 * @param outputBytes bytes wanted at {@code output}, at most a page
 * @param output address of the output
 */
public record HypercallArgument(
        @U64 long control,
        @U64 long inputBytes,
        @U64 long input,
        @U64 long status,
        @U64 long outputBytes,
        @U64 long output) {
    public static final Codec<HypercallArgument> CODEC = Codec.of(HypercallArgument.class, lookup());

    /** Offset of {@code status}. */
    public static final int STATUS = 24;
}
