package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.Pem;
import java.util.List;

/**
 * {@code sgx_ecdsa_sig_data_v4_t}: who signed a quote, and who vouches for that.
 *
 * <p>Specification: TDX DCAP quoting library, quote signature data.
 *
 * @param signature of the quote, r and s of 32 bytes each, big endian
 * @param attestationKey point of P-256, X and Y of 32 bytes each, big endian
 * @param qeReport report of the quoting enclave, as it stands
 * @param qeReportSignature of the report, by the PCK key
 * @param authenticationData of the quoting enclave
 * @param chain PCK certificate, its issuer and the root
 */
public record QuoteSignature(
        Bytes signature,
        Bytes attestationKey,
        Bytes qeReport,
        Bytes qeReportSignature,
        Bytes authenticationData,
        List<Certificate> chain) {
    private static final int SIGNATURE_BYTES = 64;
    private static final int KEY_BYTES = 64;
    private static final int QE_REPORT_CERTIFICATION = 6;
    private static final int PCK_CHAIN = 5;
    private static final int MAX_CERTIFICATES = 8;

    public QuoteSignature {
        chain = List.copyOf(chain);
    }

    /**
     * Reads signature data, all of it.
     *
     * @throws FormatException if a size or type is another, or a certificate cannot be read
     */
    static QuoteSignature read(Bytes data) {
        ByteReader reader = new ByteReader(data);
        Bytes signature = reader.bytes(SIGNATURE_BYTES);
        Bytes key = reader.bytes(KEY_BYTES);
        type(reader, "certification data", QE_REPORT_CERTIFICATION);
        rest(reader, "QE report certification data");
        Bytes report = reader.bytes(SgxReport.CODEC.size());
        Bytes reportSignature = reader.bytes(SIGNATURE_BYTES);
        Bytes authentication = reader.bytes(reader.u16());
        type(reader, "PCK certification data", PCK_CHAIN);
        rest(reader, "PCK certificate chain");
        return new QuoteSignature(
                signature, key, report, reportSignature, authentication, chain(reader.bytes(reader.remaining())));
    }

    private static void type(ByteReader reader, String what, int expected) {
        int found = reader.u16();
        if (found != expected) {
            throw new FormatException("type of " + what + " is " + found + ", expected " + expected);
        }
    }

    /** A size that must be that of everything that follows. */
    private static void rest(ByteReader reader, String what) {
        long size = reader.u32();
        if (size != reader.remaining()) {
            throw new FormatException(String.format(
                    "size of %s is 0x%x, expected 0x%x, as that follows", what, size, reader.remaining()));
        }
    }

    /** PEM, possibly ended by a zero as C does. */
    private static List<Certificate> chain(Bytes pem) {
        boolean terminated = !pem.isEmpty() && pem.u8(pem.size() - 1) == 0;
        Bytes text = terminated ? pem.slice(0, pem.size() - 1) : pem;
        try {
            List<Certificate> chain = Certificate.of(Pem.readBare(text));
            if (chain.isEmpty() || chain.size() > MAX_CERTIFICATES) {
                throw new FormatException(chain.size() + " certificates, expected 3");
            }
            return chain;
        } catch (FormatException e) {
            throw e.in("the PCK certificate chain");
        }
    }
}
