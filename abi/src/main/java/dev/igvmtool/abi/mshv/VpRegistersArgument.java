package dev.igvmtool.abi.mshv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code mshv_vp_registers}, 16 bytes: registers of the lower VTL on the current CPU.
 *
 * @param count records
 * @param padding zero
 * @param regs address of records of 32 bytes: u32 name, 12 zero, 16 value
 */
public record VpRegistersArgument(
        @U32 long count, @U32 int padding, @U64 long regs) {
    public static final Codec<VpRegistersArgument> CODEC = Codec.of(VpRegistersArgument.class, lookup());

    /** Bytes of one register record. */
    public static final int RECORD_BYTES = 32;
    /** Offset of the value in a register record. */
    public static final int RECORD_VALUE = 16;

    /** An argument with zero padding. */
    public VpRegistersArgument(long count, long regs) {
        this(count, 0, regs);
    }
}
