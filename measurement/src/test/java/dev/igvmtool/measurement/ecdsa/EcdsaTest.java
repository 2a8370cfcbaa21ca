package dev.igvmtool.measurement.ecdsa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.testing.Mutations;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EcdsaTest {
    private static final Bytes MESSAGE = Bytes.utf8("message");
    private static final String P384_ORDER =
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973";

    private static KeyPair pair(Ecdsa ecdsa) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(ecdsa == Ecdsa.P256 ? "secp256r1" : "secp384r1"));
        return generator.generateKeyPair();
    }

    @ParameterizedTest
    @EnumSource
    void keysSurviveAsPoints(Ecdsa ecdsa) throws GeneralSecurityException {
        KeyPair pair = pair(ecdsa);
        Bytes point = ecdsa.point(pair.getPublic());
        int half = ecdsa.numberBytes();
        assertEquals(Optional.of(pair.getPublic()), ecdsa.key(point.slice(0, half), point.from(half)));
        byte[] off = point.toByteArray();
        off[off.length - 1] ^= 1;
        assertEquals(
                Optional.empty(),
                ecdsa.key(Bytes.wrap(off).slice(0, half), Bytes.wrap(off).from(half)));
    }

    @ParameterizedTest
    @EnumSource
    void verifiesItsOwnSignaturesAndThoseInDer(Ecdsa ecdsa) throws GeneralSecurityException {
        KeyPair pair = pair(ecdsa);
        Bytes signature = ecdsa.sign(SignatureEngines.JDK, pair.getPrivate(), MESSAGE);
        assertTrue(ecdsa.verify(pair.getPublic(), MESSAGE, signature));
        assertFalse(ecdsa.verify(pair.getPublic(), MESSAGE.from(1), signature));
        assertFalse(ecdsa.verify(pair(ecdsa).getPublic(), MESSAGE, signature));
        Signature jdk = Signature.getInstance(ecdsa == Ecdsa.P256 ? "SHA256withECDSA" : "SHA384withECDSA");
        jdk.initSign(pair.getPrivate());
        jdk.update(MESSAGE.toByteArray());
        Bytes der = Bytes.wrap(jdk.sign());
        assertTrue(ecdsa.verify(pair.getPublic(), MESSAGE, ecdsa.ofDer(der)));
        Mutations.allTruncations(der, it -> {
            ecdsa.ofDer(it);
            throw new AssertionError("a part is read as the whole");
        });
        Mutations.allBitFlips(der, it -> {
            if (ecdsa.verify(pair.getPublic(), MESSAGE, ecdsa.ofDer(it))) {
                throw new AssertionError("a flipped bit goes unnoticed");
            }
        });
    }

    @Test
    void numbersOutOfRangeAreNoSignature() throws GeneralSecurityException {
        KeyPair pair = pair(Ecdsa.P384);
        Bytes one = new ByteWriter().zeros(47).u8(1).toBytes();
        Bytes order = Bytes.fromHex(P384_ORDER);
        assertTrue(Ecdsa.P384.isInRange(join(one, one)));
        for (Bytes signature : new Bytes[] {
            Bytes.zeros(96), join(one, Bytes.zeros(48)), join(order, one), join(one, order), Bytes.zeros(95)
        }) {
            assertFalse(Ecdsa.P384.isInRange(signature));
            assertFalse(Ecdsa.P384.verify(pair.getPublic(), MESSAGE, signature));
        }
    }

    private static Bytes join(Bytes first, Bytes second) {
        return new ByteWriter().bytes(first).bytes(second).toBytes();
    }

    @Test
    void aKeyIsForItsOwnCurveOnly() throws GeneralSecurityException {
        assertFalse(Ecdsa.P384.fits(pair(Ecdsa.P256).getPublic()));
        assertThrows(
                IllegalArgumentException.class,
                () -> Ecdsa.P384.point(pair(Ecdsa.P256).getPublic()));
        assertThrows(FormatException.class, () -> Ecdsa.P256.ofDer(Bytes.fromHex("3003020100")));
    }
}
