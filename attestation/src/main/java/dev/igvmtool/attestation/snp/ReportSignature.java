package dev.igvmtool.attestation.snp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.format.header.SnpSignature;
import dev.igvmtool.measurement.ecdsa.Ecdsa;
import dev.igvmtool.measurement.snp.PspForm;

/**
 * The signature of a report: ECDSA P-384 with SHA-384 over the first 0x2A0 bytes as they are.
 *
 * <p>Specification: SEV-SNP firmware ABI, signature formats, ECDSA P-384 with SHA-384.
 */
final class ReportSignature {
    private ReportSignature() {}

    private static SnpSignature numbers(SnpReport report) {
        return SnpSignature.CODEC.read(report.signature());
    }

    /** True if the bytes behind R and S, and the upper bytes of both, are zero. */
    static boolean isClean(SnpReport report) {
        return PspForm.signature(numbers(report)).isPresent()
                && report.signature().from(SnpSignature.CODEC.size()).isZero();
    }

    /** True if the key is of the kind that signs reports. */
    static boolean isKeyOfKind(Certificate certificate) {
        return Ecdsa.P384.fits(certificate.x509().getPublicKey());
    }

    /** True if the certificate's key signed the report. */
    static boolean isGood(Bytes raw, SnpReport report, Certificate certificate) {
        Bytes signed = raw.slice(0, SnpReport.SIGNED_BYTES);
        return isClean(report)
                && PspForm.signature(numbers(report))
                        .map(signature -> Ecdsa.P384.verify(certificate.x509().getPublicKey(), signed, signature))
                        .orElse(false);
    }
}
