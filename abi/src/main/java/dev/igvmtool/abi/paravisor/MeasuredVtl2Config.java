package dev.igvmtool.abi.paravisor;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;
import java.lang.invoke.MethodHandles;

/**
 * {@code ParavisorMeasuredVtl2Config}: head of page {@link ParameterRegion#MEASURED_CONFIG_PAGE} of the parameter
 * region. The product policy follows at once, {@link #policySize} bytes of it.
 *
 * @param magic {@link #MAGIC}
 * @param vtomOffsetBit position of the virtual top of memory bit; 0 if there is none
 * @param padding zero
 * @param policySize bytes of the product policy, at most {@link #MAX_POLICY_BYTES}; 0 without one
 * @param padding2 zero
 */
public record MeasuredVtl2Config(
        @U64 long magic,
        @U8 int vtomOffsetBit,
        @Fixed(7) Bytes padding,
        @U32 long policySize,
        @U32 long padding2) {
    /** {@code 2LTVLCHO} in memory order. */
    public static final long MAGIC = 0x4f48_434c_5654_4c32L;

    /** Room for the product policy: the rest of the page. */
    public static final int MAX_POLICY_BYTES = 4096 - 24;

    /** 24 bytes. */
    public static final Codec<MeasuredVtl2Config> CODEC = Codec.of(MeasuredVtl2Config.class, MethodHandles.lookup());

    /** A header with magic and zero padding. */
    public static MeasuredVtl2Config of(int vtomOffsetBit, int policySize) {
        return new MeasuredVtl2Config(MAGIC, vtomOffsetBit, Bytes.zeros(7), policySize, 0);
    }
}
