package dev.igvmtool.measurement.snp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.header.SnpIdBlock;
import dev.igvmtool.format.header.SnpPublicKey;
import dev.igvmtool.format.header.SnpSignature;
import dev.igvmtool.measurement.ecdsa.Ecdsa;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class IdAuthenticationTest {
    private static Bytes sample(String name) throws IOException {
        return Bytes.wrap(
                Files.readAllBytes(SharedTestData.require("attestation/idblock").resolve(name)));
    }

    private static SnpPublicKey key(Bytes firmwareForm) {
        return new SnpPublicKey((int) firmwareForm.u32(0), 0, firmwareForm.slice(4, 72), firmwareForm.slice(76, 72));
    }

    private static SnpSignature signature(Bytes firmwareForm) {
        return new SnpSignature(firmwareForm.slice(0, 72), firmwareForm.slice(72, 72));
    }

    private static boolean isSigned(Bytes message, SnpSignature signature, SnpPublicKey key) {
        return Ecdsa.P384.verify(
                PspForm.key(key).orElseThrow(),
                message,
                PspForm.signature(signature).orElseThrow());
    }

    @Test
    void readsKeysAndSignaturesOfTheFirmwaresForm() throws IOException {
        Bytes bytes = sample("id-auth.bin");
        assertEquals(4096, IdAuthentication.CODEC.size());
        IdAuthentication auth = IdAuthentication.CODEC.read(bytes);
        assertEquals(bytes, IdAuthentication.CODEC.toBytes(auth));
        assertEquals(PspForm.ECDSA_P384_SHA384, auth.idKeyAlgorithm());
        assertEquals(sample("id-block-signature.bin"), auth.idBlockSignature());
        assertEquals(sample("id-key-signature.bin"), auth.idKeySignature());
        assertEquals(
                "59fb2c686dfa4fef49f38339aa775c90051c28d57383ddc3baf3b5eb4b1496df3b0dbbdcbae5fe27677a644820773fe2",
                PspForm.keyDigest(key(auth.idKey())).toHex());
        assertEquals(
                "eed81169fb0cb5e0ec34794f128fd4e0c4a46f67c65a1adfa81fcb24bcc088c272369b7ffc3eb2b6af6a4284a1b36c5f",
                PspForm.keyDigest(key(auth.authorKey())).toHex());
        assertTrue(isSigned(sample("id-block.bin"), signature(auth.idBlockSignature()), key(auth.idKey())));
        assertTrue(isSigned(auth.idKey(), signature(auth.idKeySignature()), key(auth.authorKey())));
        assertFalse(isSigned(auth.idKey(), signature(auth.idBlockSignature()), key(auth.authorKey())));
    }

    @Test
    void anyFlippedBitOfASignedBlockIsNoticed() throws IOException {
        IdAuthentication auth = IdAuthentication.CODEC.read(sample("id-auth.bin"));
        Bytes block = sample("id-block.bin");
        for (int bit = 0; bit < block.size() * 8; bit++) {
            byte[] damaged = block.toByteArray();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertFalse(
                    isSigned(Bytes.wrap(damaged), signature(auth.idBlockSignature()), key(auth.idKey())), "bit " + bit);
        }
    }

    @Test
    void conversionsLoseNothing() throws IOException {
        IdAuthentication auth = IdAuthentication.CODEC.read(sample("id-auth.bin"));
        SnpPublicKey key = key(auth.idKey());
        assertEquals(key, PspForm.key(PspForm.key(key).orElseThrow()));
        assertEquals(auth.idKey(), PspForm.keyBytes(key));
        SnpSignature signature = signature(auth.idBlockSignature());
        assertEquals(signature, PspForm.signature(PspForm.signature(signature).orElseThrow()));
        assertEquals(auth.idBlockSignature(), PspForm.signatureBytes(signature));
    }

    @Test
    void whatDoesNotFitTheCurveIsNoKey() throws IOException {
        SnpPublicKey key =
                key(IdAuthentication.CODEC.read(sample("id-auth.bin")).idKey());
        assertTrue(PspForm.key(new SnpPublicKey(1, 0, key.qx(), key.qy())).isEmpty());
        assertTrue(PspForm.key(SnpPublicKey.NONE).isEmpty());
        assertTrue(PspForm.key(new SnpPublicKey(2, 0, key.qy(), key.qx())).isEmpty());
        byte[] large = key.qx().toByteArray();
        large[71] = 1;
        assertTrue(
                PspForm.key(new SnpPublicKey(2, 0, Bytes.wrap(large), key.qy())).isEmpty());
        assertTrue(
                PspForm.signature(new SnpSignature(Bytes.wrap(large), key.qy())).isEmpty());
    }

    @Test
    void isMadeOfTheHeaderOfAFile() throws IOException {
        IgvmFile file = IgvmReader.read(SharedTestData.require("attestation/igvm/mixed-c-signed.igvm"));
        SnpIdBlock block = file.directives().stream()
                .filter(SnpIdBlock.class::isInstance)
                .map(SnpIdBlock.class::cast)
                .findFirst()
                .orElseThrow();
        IdAuthentication auth = IdAuthentication.of(block);
        assertEquals(
                "870b7e35c53f8a72d0d322f75ab2af8262792aaf6579622ce4131c3f21f289e77cb0560a5e3b90b3932e674ec709cb14",
                PspForm.keyDigest(block.idPublicKey()).toHex());
        assertTrue(isSigned(auth.idKey(), block.authorKeySignature(), block.authorPublicKey()));
    }
}
