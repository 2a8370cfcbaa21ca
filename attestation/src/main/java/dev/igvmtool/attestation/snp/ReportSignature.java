package dev.igvmtool.attestation.snp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.x509.Certificate;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;

/**
 * The signature of a report: ECDSA P-384 with SHA-384 over the first 0x2A0 bytes as they are.
 *
 * <p>Specification: SEV-SNP firmware ABI, signature formats, ECDSA P-384 with SHA-384.
 */
final class ReportSignature {
    private static final int FIELD_BYTES = 72;
    private static final int NUMBER_BYTES = 48;
    private static final int CURVE_BITS = 384;

    private ReportSignature() {}

    /** True if the bytes behind R and S, and the upper bytes of both, are zero. */
    static boolean isClean(SnpReport report) {
        Bytes signature = report.signature();
        return signature.slice(NUMBER_BYTES, FIELD_BYTES - NUMBER_BYTES).isZero()
                && signature
                        .slice(FIELD_BYTES + NUMBER_BYTES, FIELD_BYTES - NUMBER_BYTES)
                        .isZero()
                && signature.from(2 * FIELD_BYTES).isZero();
    }

    /** True if the key is of the kind that signs reports. */
    static boolean isKeyOfKind(Certificate certificate) {
        return certificate.x509().getPublicKey() instanceof ECPublicKey key
                && key.getParams().getOrder().bitLength() == CURVE_BITS;
    }

    /** True if the certificate's key signed the report. */
    static boolean isGood(Bytes raw, SnpReport report, Certificate certificate) {
        if (!isKeyOfKind(certificate) || !isClean(report)) {
            return false;
        }
        byte[] rs = new byte[2 * NUMBER_BYTES];
        reversed(report.signature().slice(0, NUMBER_BYTES), rs, 0);
        reversed(report.signature().slice(FIELD_BYTES, NUMBER_BYTES), rs, NUMBER_BYTES);
        try {
            Signature verifier = Signature.getInstance("SHA384withECDSAinP1363Format");
            verifier.initVerify(certificate.x509().getPublicKey());
            verifier.update(raw.slice(0, SnpReport.SIGNED_BYTES).asBuffer());
            return verifier.verify(rs);
        } catch (GeneralSecurityException e) {
            // R or S out of range: no signature at all.
            return false;
        }
    }

    private static void reversed(Bytes littleEndian, byte[] target, int offset) {
        for (int i = 0; i < NUMBER_BYTES; i++) {
            target[offset + i] = littleEndian.get(NUMBER_BYTES - 1 - i);
        }
    }
}
