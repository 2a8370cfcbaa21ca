package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;
import dev.igvmtool.abi.x64.SegmentValue;

/**
 * {@code HV_X64_EXCEPTION_INTERCEPT_MESSAGE}, 240 bytes: payload of {@link MessageType#EXCEPTION}.
 *
 * @param exceptionInfo bit 0 the error code is valid
 * @param exceptionParameter address of a page fault
 * @param generalRegisters 16 u64 in encoding order, RAX first
 */
public record ExceptionIntercept(
        InterceptHeader header,
        @U16 int vector,
        @U8 int exceptionInfo,
        @U8 int instructionByteCount,
        @U32 int errorCode,
        @U64 long exceptionParameter,
        @U64 long reserved,
        @Fixed(16) Bytes instructionBytes,
        SegmentValue ds,
        SegmentValue ss,
        @Fixed(128) Bytes generalRegisters) {
    public static final Codec<ExceptionIntercept> CODEC = Codec.of(ExceptionIntercept.class, lookup());
}
