package dev.igvmtool.abi.sidecar;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U8;

/**
 * {@code GetSetVpRegisterRequest}, 16 bytes: start of the request data of the register commands. Followed by
 * {@code count} records of the shape {@link dev.igvmtool.abi.hv.RegisterAssociation}.
 *
 * @param count records, at most {@link SidecarLimits#MAX_REGISTERS}
 * @param targetVtl see {@link dev.igvmtool.abi.hv.TargetVtl}
 * @param padding zero
 * @param status of the first register that failed, else 0; see {@link dev.igvmtool.abi.hv.HvStatus}; written by the
 *     sidecar
 * @param reserved zero
 */
public record RegistersHeader(
        @U16 int count,
        @U8 int targetVtl,
        @U8 int padding,
        @U16 int status,
        @Fixed(10) Bytes reserved) {
    /** Offset of {@code status}. */
    public static final int STATUS = 0x04;

    public static final Codec<RegistersHeader> CODEC = Codec.of(RegistersHeader.class, lookup());

    /** A request. */
    public RegistersHeader(int count, int targetVtl) {
        this(count, targetVtl, 0, 0, Bytes.zeros(10));
    }
}
