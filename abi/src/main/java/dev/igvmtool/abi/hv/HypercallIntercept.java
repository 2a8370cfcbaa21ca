package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/** {@code HV_X64_HYPERCALL_INTERCEPT_MESSAGE}: payload of {@link MessageType#HYPERCALL}. */
public record HypercallIntercept(
        InterceptHeader header,
        @U64 long rax,
        @U64 long rbx,
        @U64 long rcx,
        @U64 long rdx,
        @U64 long r8,
        @U64 long rsi,
        @U64 long rdi,
        @Fixed(96) Bytes xmm0To5,
        @U32 int flags,
        @Fixed(12) Bytes reserved) {
    public static final Codec<HypercallIntercept> CODEC = Codec.of(HypercallIntercept.class, lookup());
}
