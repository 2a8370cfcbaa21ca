package dev.igvmtool.attestation.tdx;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U64;
import java.util.List;

/**
 * {@code sgx_report2_body_t}, 584 bytes: what the TDX module says of a TD. The 1.5 body has 64 bytes more, see
 * {@link TdBody15}.
 *
 * <p>Specification: TDX DCAP quoting library, TD quote body.
 *
 * @param teeTcbSvn byte 0 minor SVN of the module, byte 1 its major version, byte 2 last microcode
 * @param mrSeam measurement of the module
 * @param mrSignerSeam its signer, zero for Intel
 * @param seamAttributes of the module
 * @param tdAttributes see {@link TdAttributes}
 * @param xfam extended features that the TD may use
 * @param mrTd build measurement of the TD
 * @param mrConfigId set by the host at initialization
 * @param mrOwner set by the host at initialization
 * @param mrOwnerConfig set by the host at initialization
 * @param rtmr0 run-time measurement
 * @param rtmr1 run-time measurement
 * @param rtmr2 run-time measurement
 * @param rtmr3 run-time measurement
 * @param reportData of the guest's choice
 */
public record TdBody(
        @Fixed(16) Bytes teeTcbSvn,
        @Fixed(48) Bytes mrSeam,
        @Fixed(48) Bytes mrSignerSeam,
        @Fixed(8) Bytes seamAttributes,
        @U64 long tdAttributes,
        @U64 long xfam,
        @Fixed(48) Bytes mrTd,
        @Fixed(48) Bytes mrConfigId,
        @Fixed(48) Bytes mrOwner,
        @Fixed(48) Bytes mrOwnerConfig,
        @Fixed(48) Bytes rtmr0,
        @Fixed(48) Bytes rtmr1,
        @Fixed(48) Bytes rtmr2,
        @Fixed(48) Bytes rtmr3,
        @Fixed(64) Bytes reportData) {
    public static final Codec<TdBody> CODEC = Codec.of(TdBody.class, lookup());

    /** RTMR0 to RTMR3. */
    public List<Bytes> rtmrs() {
        return List.of(rtmr0, rtmr1, rtmr2, rtmr3);
    }
}
