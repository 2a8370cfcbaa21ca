package dev.igvmtool.abi.mshv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code mshv_tdcall}, 56 bytes: a TDCALL that the kernel makes for a user program, registers before and after.
 *
 * @param rax leaf, then status
 * @param r10Out only after
 * @param r11Out only after
 */
public record TdcallArgument(
        @U64 long rax,
        @U64 long rcx,
        @U64 long rdx,
        @U64 long r8,
        @U64 long r9,
        @U64 long r10Out,
        @U64 long r11Out) {
    public static final Codec<TdcallArgument> CODEC = Codec.of(TdcallArgument.class, lookup());

    /** The registers of a call. */
    public TdcallArgument(long rax, long rcx, long rdx, long r8, long r9) {
        this(rax, rcx, rdx, r8, r9, 0, 0);
    }
}
