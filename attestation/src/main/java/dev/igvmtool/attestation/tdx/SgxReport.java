package dev.igvmtool.attestation.tdx;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U16;

/**
 * {@code sgx_report_body_t}, 384 bytes: what the processor says of the quoting enclave.
 *
 * <p>Specification: SGX DCAP quoting library, enclave report body.
 *
 * @param cpuSvn of the processor
 * @param miscSelect 4 bytes as they stand
 * @param reserved1 not used
 * @param attributes of the enclave
 * @param mrEnclave measurement of the enclave
 * @param reserved2 not used
 * @param mrSigner of the enclave
 * @param reserved3 not used
 * @param isvProdId product of the enclave
 * @param isvSvn security version of the enclave
 * @param reserved4 not used
 * @param reportData binds the attestation key
 */
public record SgxReport(
        @Fixed(16) Bytes cpuSvn,
        @Fixed(4) Bytes miscSelect,
        @Fixed(28) Bytes reserved1,
        @Fixed(16) Bytes attributes,
        @Fixed(32) Bytes mrEnclave,
        @Fixed(32) Bytes reserved2,
        @Fixed(32) Bytes mrSigner,
        @Fixed(96) Bytes reserved3,
        @U16 int isvProdId,
        @U16 int isvSvn,
        @Fixed(60) Bytes reserved4,
        @Fixed(64) Bytes reportData) {
    public static final Codec<SgxReport> CODEC = Codec.of(SgxReport.class, lookup());
}
