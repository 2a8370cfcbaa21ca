package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;
import dev.igvmtool.abi.x64.SegmentValue;

/**
 * {@code HV_X64_INTERCEPT_MESSAGE_HEADER}, 40 bytes: the start of the payload of every intercept message but EOI.
 *
 * @param vpIndex VP that was intercepted
 * @param lengthAndCr8 instruction length in bits 0-3, CR8 in bits 4-7
 * @param access 0 read, 1 write, 2 execute
 * @param state bits 0-1 CPL, 2 CR0.PE, 3 CR0.AM, 4 EFER.LMA, 7-10 VTL
 */
public record InterceptHeader(
        @U32 int vpIndex,
        @U8 int lengthAndCr8,
        @U8 int access,
        @U16 int state,
        SegmentValue cs,
        @U64 long rip,
        @U64 long rflags) {
    public static final int READ = 0;
    public static final int WRITE = 1;
    public static final int EXECUTE = 2;
    public static final Codec<InterceptHeader> CODEC = Codec.of(InterceptHeader.class, lookup());

    /** Bytes by which RIP goes on when the intercept is completed. */
    public int instructionLength() {
        return lengthAndCr8 & 0xf;
    }

    /** VTL that was intercepted. */
    public int vtl() {
        return state >>> 7 & 0xf;
    }
}
