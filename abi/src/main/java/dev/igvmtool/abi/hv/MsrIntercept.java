package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/** {@code HV_X64_MSR_INTERCEPT_MESSAGE}: payload of {@link MessageType#MSR}. */
public record MsrIntercept(
        InterceptHeader header,
        @U32 int msrNumber,
        @U32 int reserved,
        @U64 long rdx,
        @U64 long rax) {
    public static final Codec<MsrIntercept> CODEC = Codec.of(MsrIntercept.class, lookup());
}
