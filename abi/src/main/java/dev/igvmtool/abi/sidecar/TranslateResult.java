package dev.igvmtool.abi.sidecar;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U16;

/**
 * {@code TranslateGvaResponse}, 80 bytes.
 *
 * @param status of the hypercall, see {@link dev.igvmtool.abi.hv.HvStatus}
 * @param reserved zero
 * @param output of the hypercall: u64 result (bits 0-31 code, 32-39 cache type, 40 overlay), u64 reserved, 32 bytes of
 *     event information, u64 GPA page, u64 reserved; all zero if it failed
 */
public record TranslateResult(
        @U16 int status,
        @Fixed(14) Bytes reserved,
        @Fixed(64) Bytes output) {
    public static final Codec<TranslateResult> CODEC = Codec.of(TranslateResult.class, lookup());

    /** Offset of the GPA page in {@code output}. */
    public static final int GPA_PAGE = 0x30;

    /** A result. */
    public TranslateResult(int status, Bytes output) {
        this(status, Bytes.zeros(14), output);
    }
}
