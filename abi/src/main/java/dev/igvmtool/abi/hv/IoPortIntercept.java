package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;
import dev.igvmtool.abi.x64.SegmentValue;

/**
 * {@code HV_X64_IO_PORT_INTERCEPT_MESSAGE}: payload of {@link MessageType#IO_PORT}.
 *
 * @param accessInfo bits 0-2 size in bytes, 3 string, 4 rep
 * @param rax the value written, in its low bytes
 */
public record IoPortIntercept(
        InterceptHeader header,
        @U16 int port,
        @U8 int accessInfo,
        @U8 int instructionByteCount,
        @Fixed(4) Bytes reserved,
        @U64 long rax,
        @Fixed(16) Bytes instructionBytes,
        SegmentValue ds,
        SegmentValue es,
        @U64 long rcx,
        @U64 long rsi,
        @U64 long rdi) {
    public static final Codec<IoPortIntercept> CODEC = Codec.of(IoPortIntercept.class, lookup());

    /** Bytes of the access: 1, 2 or 4. */
    public int sizeBytes() {
        return accessInfo & 7;
    }

    /** True for OUT. */
    public boolean isWrite() {
        return header.access() == InterceptHeader.WRITE;
    }
}
