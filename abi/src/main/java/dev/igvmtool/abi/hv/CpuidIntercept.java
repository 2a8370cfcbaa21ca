package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;

/** {@code HV_X64_CPUID_INTERCEPT_MESSAGE}: payload of {@link MessageType#CPUID}; defaults are what the VP would get. */
public record CpuidIntercept(
        InterceptHeader header,
        @U64 long rax,
        @U64 long rcx,
        @U64 long rdx,
        @U64 long rbx,
        @U64 long defaultRax,
        @U64 long defaultRcx,
        @U64 long defaultRdx,
        @U64 long defaultRbx) {
    public static final Codec<CpuidIntercept> CODEC = Codec.of(CpuidIntercept.class, lookup());
}
