package dev.igvmtool.measurement.cose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.measurement.Sha;
import dev.igvmtool.measurement.cbor.CborWriter;
import dev.igvmtool.measurement.ecdsa.SignatureEngines;
import dev.igvmtool.testing.Mutations;
import dev.igvmtool.testing.SharedTestData;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CoseSign1Test {
    private static Bytes file(String name) throws IOException {
        return Bytes.wrap(Files.readAllBytes(SharedTestData.require(name)));
    }

    private static Bytes detached() throws IOException {
        return file("attestation/corim/two-page-snp.detached.cose");
    }

    private static PublicKey signer(CoseSign1 signature) {
        byte[] certificate = signature.header().certificates().stream()
                .findFirst()
                .orElseThrow(() -> new FormatException("no certificate"))
                .toByteArray();
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(certificate))
                    .getPublicKey();
        } catch (CertificateException e) {
            throw new FormatException("no certificate");
        }
    }

    private static boolean isGood(Bytes encoded, Bytes document) {
        CoseSign1 signature = CoseSign1.read(encoded);
        CoseAlgorithm algorithm = CoseAlgorithm.of(
                        signature.header().algorithm().orElse(0L))
                .orElseThrow(() -> new FormatException("alg"));
        return algorithm.verify(signer(signature), signature.toBeSigned(document), signature.signature());
    }

    @Test
    void readsASignatureWithoutPayload() throws IOException {
        CoseSign1 signature = CoseSign1.read(detached());
        assertEquals(Optional.empty(), signature.payload());
        assertEquals(Optional.of(CoseAlgorithm.PS384.id()), signature.header().algorithm());
        assertEquals(Optional.of("application/rim+cbor"), signature.header().contentType());
        assertEquals(Optional.of("test"), signature.header().issuer());
        assertFalse(signature.header().hasCorimMeta());
        assertEquals(1, signature.header().certificates().size());
        Bytes document = file("attestation/corim/two-page-snp.cbor");
        assertEquals(
                "ff9cbba3266b5500ef660c05160004c7244aaa3d990eb91cec87d43dd218d68d80dc45318e43745813a18d7f27a941d7",
                Bytes.wrap(Sha.sha384().digest(signature.toBeSigned(document).toByteArray()))
                        .toHex());
        assertTrue(isGood(detached(), document));
        assertFalse(isGood(detached(), file("attestation/corim/mixed-a-snp.cbor")));
        assertEquals(detached(), signature.toBytes());
    }

    @Test
    void detachesAPayload() throws IOException {
        Bytes bundle = file("attestation/corim/two-page-tdx.bundle.cose");
        CoseSign1 signature = CoseSign1.read(bundle);
        Bytes document = file("attestation/corim/two-page-tdx.cbor");
        assertEquals(Optional.of(document), signature.payload());
        Bytes without = signature.detached().toBytes();
        assertEquals(
                "793a875a745c7a1a33663d8ae5e2f121270689003a2695f95f171febac3db456",
                Bytes.wrap(Sha.sha256().digest(without.toByteArray())).toHex());
        assertTrue(isGood(without, document));
        assertEquals(bundle, CoseSign1.read(without).bundledWith(document).toBytes());
    }

    @Test
    void bundlesOfTheGeneratorBecomeItsDetachedSignatures() throws IOException {
        for (String platform : List.of("snp", "tdx", "vbs")) {
            String name = "golden/signing/corim-" + platform;
            assertEquals(
                    file(name + ".detached.cose"),
                    CoseSign1.read(file(name + ".bundle.cose")).detached().toBytes());
        }
    }

    @Test
    void anyFlippedBitIsNoticed() throws IOException {
        Bytes document = file("attestation/corim/two-page-snp.cbor");
        for (int bit = 0; bit < detached().size() * 8; bit++) {
            byte[] damaged = detached().toByteArray();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            boolean good;
            try {
                good = isGood(Bytes.wrap(damaged), document);
            } catch (FormatException refused) {
                good = false;
            }
            assertFalse(good, "bit " + bit);
        }
        Mutations.allTruncations(detached(), CoseSign1::read);
    }

    @Test
    void bothAlgorithmsSignWhatTheyVerify() throws GeneralSecurityException {
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2048);
        KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
        ec.initialize(new ECGenParameterSpec("secp384r1"));
        Bytes message = Bytes.utf8("message");
        for (KeyPair pair : List.of(rsa.generateKeyPair(), ec.generateKeyPair())) {
            CoseAlgorithm algorithm = CoseAlgorithm.fitting(pair.getPublic()).orElseThrow();
            Bytes signature = algorithm.sign(SignatureEngines.JDK, pair.getPrivate(), message);
            assertTrue(algorithm.verify(pair.getPublic(), message, signature));
            assertFalse(algorithm.verify(pair.getPublic(), Bytes.utf8("massage"), signature));
            assertFalse(algorithm.verify(pair.getPublic(), message, signature.from(1)));
            assertFalse(algorithm.verify(pair.getPublic(), message, Bytes.zeros(signature.size())));
            CoseAlgorithm other = algorithm == CoseAlgorithm.PS384 ? CoseAlgorithm.ES384 : CoseAlgorithm.PS384;
            assertFalse(other.verify(pair.getPublic(), message, signature));
        }
        ec.initialize(new ECGenParameterSpec("secp256r1"));
        assertTrue(CoseAlgorithm.fitting(ec.generateKeyPair().getPublic()).isEmpty());
    }

    @Test
    void writesTheHeaderThatTheGeneratorsSignerWrites() throws IOException {
        CoseSign1 golden = CoseSign1.read(file("golden/signing/corim-snp.detached.cose"));
        assertEquals(
                golden.protectedHeader(),
                CoseHeader.encode(
                        CoseAlgorithm.PS384,
                        "application/rim+cbor",
                        golden.header().issuer().orElseThrow(),
                        golden.header().certificates()));
    }

    @Test
    void refusesHeadersThatMustBeKnown() {
        refused(
                "critical headers",
                new CborWriter().map(1).integer(2).array(1).integer(7).toBytes());
        refused("expected map", new CborWriter().array(0).toBytes());
        CborWriter many = new CborWriter().map(1).integer(33).array(10_000);
        for (int i = 0; i < 10_000; i++) {
            many.bytes(Bytes.EMPTY);
        }
        CoseHeader header = CoseHeader.read(many.toBytes());
        assertThrows(FormatException.class, header::certificates);
        CoseHeader wrong =
                CoseHeader.read(new CborWriter().map(1).integer(33).text("x").toBytes());
        assertThrows(FormatException.class, wrong::certificates);
    }

    private static void refused(String message, Bytes header) {
        Bytes encoded = new CborWriter()
                .tag(18)
                .array(4)
                .bytes(header)
                .map(0)
                .nil()
                .bytes(Bytes.EMPTY)
                .toBytes();
        String found = assertThrows(FormatException.class, () -> CoseSign1.read(encoded))
                .getMessage();
        assertTrue(found.contains(message), found);
    }
}
