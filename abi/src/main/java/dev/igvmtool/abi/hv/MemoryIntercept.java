package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code HV_X64_MEMORY_INTERCEPT_MESSAGE}, 0x50 bytes: payload of the GPA messages.
 *
 * @param accessInfo bit 0 the GVA is valid
 */
public record MemoryIntercept(
        InterceptHeader header,
        @U32 int cacheType,
        @U8 int instructionByteCount,
        @U8 int accessInfo,
        @U8 int tprPriority,
        @U8 int reserved,
        @U64 long gva,
        @U64 long gpa,
        @Fixed(16) Bytes instructionBytes) {
    public static final Codec<MemoryIntercept> CODEC = Codec.of(MemoryIntercept.class, lookup());
}
