package dev.igvmtool.attestation.tdx;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U32;

/**
 * {@code sgx_quote4_header_t}, 48 bytes, of versions 4 and 5.
 *
 * <p>Specification: TDX DCAP quoting library, TD quote header.
 *
 * @param version 4 or 5
 * @param attestationKeyType 2 is ECDSA P-256
 * @param teeType 0x81 is TDX
 * @param pceSvn go-tdx-guest's name for a field that version 4 reserves
 * @param qeSvn go-tdx-guest's name for a field that version 4 reserves
 * @param qeVendorId of the quoting enclave's vendor
 * @param userData of the quoting enclave
 */
public record QuoteHeader(
        @U16 int version,
        @U16 int attestationKeyType,
        @U32 long teeType,
        @U16 int pceSvn,
        @U16 int qeSvn,
        @Fixed(16) Bytes qeVendorId,
        @Fixed(20) Bytes userData) {
    public static final Codec<QuoteHeader> CODEC = Codec.of(QuoteHeader.class, lookup());
}
