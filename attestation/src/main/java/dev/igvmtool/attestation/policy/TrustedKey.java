package dev.igvmtool.attestation.policy;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.Pem;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Node;
import dev.igvmtool.measurement.ecdsa.Ecdsa;
import dev.igvmtool.measurement.snp.PspForm;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;

/** A key in a policy: the digest that reports name it by, or the key or its certificate in PEM. */
final class TrustedKey {
    private static final int DIGEST_BYTES = 48;

    private TrustedKey() {}

    /** The digest of a key. */
    static Bytes digest(Node node, String name) {
        if (node instanceof Node.Text text && Pem.isPem(Bytes.utf8(text.value()))) {
            try {
                PublicKey key = key(Pem.read(Bytes.utf8(text.value())));
                if (!Ecdsa.P384.fits(key)) {
                    throw new FormatException(key.getAlgorithm() + " key, expected one on P-384");
                }
                return PspForm.keyDigest(PspForm.key(key));
            } catch (FormatException e) {
                throw Fields.expected(node, "a P-384 key in PEM: " + e.getMessage(), "'" + name + "'");
            }
        }
        return PolicyFields.hex(node, name, DIGEST_BYTES);
    }

    private static PublicKey key(List<Pem.Block> blocks) {
        if (blocks.size() != 1) {
            throw new FormatException(blocks.size() + " PEM blocks, expected one");
        }
        Pem.Block block = blocks.get(0);
        return switch (block.label()) {
            case "CERTIFICATE" -> Certificate.read(block.content()).x509().getPublicKey();
            case "PUBLIC KEY" -> publicKey(block.content());
            default -> throw new FormatException("PEM block " + block.label() + ", expected PUBLIC KEY or CERTIFICATE");
        };
    }

    private static PublicKey publicKey(Bytes der) {
        try {
            return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der.toByteArray()));
        } catch (InvalidKeySpecException e) {
            throw new FormatException("not an EC public key");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has EC", e);
        }
    }
}
