package dev.igvmtool.attestation.sign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.attestation.embedded.ImagePolicy;
import dev.igvmtool.attestation.embedded.ImageVerifier;
import dev.igvmtool.attestation.sign.IdBlockSigning.Signed;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.IgvmWriter;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.measurement.Profile;
import dev.igvmtool.measurement.cose.CoseAlgorithm;
import dev.igvmtool.measurement.cose.CoseSign1;
import dev.igvmtool.measurement.ecdsa.Ecdsa;
import dev.igvmtool.measurement.ecdsa.SignatureEngines;
import dev.igvmtool.measurement.snp.IdBlock;
import dev.igvmtool.testing.Mutations;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class SigningTest {
    private static final String CVM = "golden/cases/openhcl-x64-cvm-dev/expected/openhcl-x64-cvm-dev.bin";
    private static final Bytes ZERO_ID = Bytes.zeros(16);

    private static Bytes file(String name) throws IOException {
        return Bytes.wrap(Files.readAllBytes(SharedTestData.require(name)));
    }

    private static Bytes signing(String name) throws IOException {
        return file("golden/signing/" + name);
    }

    private static IgvmFile image(String name) throws IOException {
        return IgvmReader.read(file(name));
    }

    private static KeyPair pair(String algorithm) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("EC")) {
            generator.initialize(new ECGenParameterSpec("secp384r1"));
        } else {
            generator.initialize(2048);
        }
        return generator.generateKeyPair();
    }

    private static Signer signer(KeyPair pair) {
        return new Signer(SignatureEngines.JDK, pair.getPrivate(), pair.getPublic(), List.of());
    }

    private static void refused(String message, Executable action) {
        String found = assertThrows(IgvmToolException.class, action).getMessage();
        assertTrue(found.contains(message), found);
    }

    private static CorimSigning corim(IgvmFile image, PlatformType type) {
        return new CorimSigning(image, image.platform(type).orElseThrow());
    }

    @Test
    void attachesTheIdBlockThatTheGeneratorAttached() throws IOException {
        IdBlockSigning signing = new IdBlockSigning(image(CVM), Profile.HYPERV.rules());
        IdBlock block = signing.block(signing("openhcl-x64-cvm-dev-snp.idblock"));
        for (String key : List.of("idkey.pub.pem", "idkey.crt.pem")) {
            Signed owner = Signed.of(KeyFiles.publicKey(signing(key)), signing("openhcl-x64-cvm-dev-snp.idblock.sig"));
            IgvmFile signed = signing.attach(block, owner, Optional.empty(), false);
            assertEquals(signing("openhcl-x64-cvm-dev.signed.bin"), IgvmWriter.toBytes(signed), key);
        }
        assertEquals(
                signing("openhcl-x64-cvm-dev-snp.idblock"),
                IdBlock.CODEC.toBytes(signing.block(block.familyId(), block.imageId(), block.guestSvn())));
    }

    @Test
    void attachesTheCorimSignaturesThatTheGeneratorAttached() throws IOException {
        for (String kind : List.of("bundle", "detached")) {
            IgvmFile image = image(CVM);
            for (PlatformType type : List.of(PlatformType.SEV_SNP, PlatformType.TDX, PlatformType.VSM_ISOLATION)) {
                String name = type == PlatformType.SEV_SNP ? "snp" : type == PlatformType.TDX ? "tdx" : "vbs";
                CorimSigning signing = corim(image, type);
                CoseSign1 signature = CoseSign1.read(signing("corim-" + name + "." + kind + ".cose"));
                image = signing.attach(signing.embeddedDocument().orElseThrow(), signature, Optional.empty());
            }
            assertEquals(signing("openhcl-x64-cvm-dev.corim-signed.bin"), IgvmWriter.toBytes(image), kind);
        }
    }

    @Test
    void signsWithLocalKeys() throws GeneralSecurityException, IOException {
        Signer owner = signer(pair("EC"));
        Signer author = signer(pair("EC"));
        IdBlockSigning signing = new IdBlockSigning(image("attestation/igvm/mixed-c.igvm"), Profile.HYPERV.rules());
        IdBlock block = signing.block(ZERO_ID, Bytes.utf8("image").paddedTo(16), 7);
        IgvmFile signed = signing.attach(
                block,
                Signed.by(owner, IdBlock.CODEC.toBytes(block)),
                Optional.of(Signed.by(author, IdBlockSigning.authorPayload(owner.publicKey()))),
                false);
        for (KeyPair pair : List.of(pair("RSA"), pair("EC"))) {
            for (PlatformType type : List.of(PlatformType.SEV_SNP, PlatformType.TDX, PlatformType.VSM_ISOLATION)) {
                CorimSigning corim = corim(signed, type);
                Bytes document = corim.embeddedDocument().orElse(corim.newDocument(7));
                CoseSign1 signature = CorimSigning.sign(signer(pair), "test", document);
                signed = corim.attach(document, signature, Optional.of(pair.getPublic()));
            }
            ImagePolicy policy = new ImagePolicy(
                    Profile.HYPERV,
                    Set.of(ImagePolicy.Part.values()),
                    Optional.of(7L),
                    Set.of(),
                    Set.of(),
                    List.of(pair.getPublic()),
                    Optional.empty(),
                    Instant.EPOCH);
            IgvmFile read = IgvmReader.read(IgvmWriter.toBytes(signed));
            assertEquals(Outcome.PASS, new ImageVerifier(policy).verify(read).outcome());
        }
    }

    @Test
    void aSignatureMadeElsewhereComesBack() throws GeneralSecurityException, IOException {
        IgvmFile image = image("attestation/igvm/two-page-snp-with-corim.igvm");
        CorimSigning signing = corim(image, PlatformType.SEV_SNP);
        Bytes document = signing.embeddedDocument().orElseThrow();
        KeyPair pair = pair("EC");
        Bytes out = CorimSigning.toBeSigned(CoseAlgorithm.ES384, "elsewhere", List.of(), document);
        Bytes raw = Ecdsa.P384.sign(SignatureEngines.JDK, pair.getPrivate(), out);
        java.security.Signature der = java.security.Signature.getInstance("SHA384withECDSA");
        der.initSign(pair.getPrivate());
        der.update(out.toByteArray());
        for (Bytes signature : List.of(raw, Bytes.wrap(der.sign()))) {
            CoseSign1 signed = CorimSigning.signed(out, signature);
            assertEquals(Optional.of("elsewhere"), signed.header().issuer());
            assertEquals(Optional.of(document), signed.payload());
            signing.attach(document, signed, Optional.of(pair.getPublic()));
        }
        Mutations.allTruncations(out, it -> CorimSigning.signed(it, raw));
        Mutations.allBitFlips(out, it -> CorimSigning.signed(it, raw));
    }

    @Test
    void refusesIdBlocksThatDoNotBelongHere() throws GeneralSecurityException, IOException {
        IdBlockSigning signing = new IdBlockSigning(image(CVM), Profile.HYPERV.rules());
        Bytes payload = signing("openhcl-x64-cvm-dev-snp.idblock");
        Bytes signature = signing("openhcl-x64-cvm-dev-snp.idblock.sig");
        IdBlock block = signing.block(payload);
        Signed other = Signed.of(pair("EC").getPublic(), signature);
        refused("does not verify", () -> signing.attach(block, other, Optional.empty(), false));
        refused("of 95 bytes", () -> signing.block(payload.from(1)));
        refused("launch digest", () -> signing.block(flipped(payload, 0)));
        refused("version 0", () -> signing.block(flipped(payload, 0x50)));
        refused("policy 0x", () -> signing.block(flipped(payload, 0x58)));
        refused("expected ECDSA on P-384", () -> Signed.of(pair("RSA").getPublic(), signature));
        refused("DER", () -> Signed.of(KeyFiles.publicKey(signing("idkey.pub.pem")), signature.from(1)));
        refused(
                "not for SNP",
                () -> new IdBlockSigning(
                        image("attestation/igvm/two-page-tdx-with-corim.igvm"), Profile.HYPERV.rules()));
        Signed owner = Signed.of(KeyFiles.publicKey(signing("idkey.pub.pem")), signature);
        IgvmFile signed = signing.attach(block, owner, Optional.empty(), false);
        IdBlockSigning again = new IdBlockSigning(signed, Profile.HYPERV.rules());
        refused("already", () -> again.attach(block, owner, Optional.empty(), false));
        assertEquals(signed, again.attach(block, owner, Optional.empty(), true));
    }

    private static Bytes flipped(Bytes bytes, int offset) {
        byte[] damaged = bytes.toByteArray();
        damaged[offset] ^= 1;
        return Bytes.wrap(damaged);
    }

    @Test
    void refusesCorimSignaturesThatDoNotBelongHere() throws GeneralSecurityException, IOException {
        IgvmFile image = image(CVM);
        CorimSigning snp = corim(image, PlatformType.SEV_SNP);
        Bytes document = snp.embeddedDocument().orElseThrow();
        CoseSign1 ofTdx = CoseSign1.read(signing("corim-tdx.bundle.cose"));
        refused("sign the document of this file", () -> snp.attach(document, ofTdx, Optional.empty()));
        refused("does not verify", () -> snp.attach(document, ofTdx.detached(), Optional.empty()));
        refused(
                "of another build",
                () -> snp.attach(file("attestation/corim/two-page-snp.cbor"), ofTdx, Optional.empty()));
        KeyPair rsa = pair("RSA");
        CoseSign1 bare = CorimSigning.sign(signer(rsa), "x", document);
        refused("no certificate", () -> snp.attach(document, bare, Optional.empty()));
        refused(
                "expected one for PS384",
                () -> snp.attach(document, bare, Optional.of(pair("EC").getPublic())));
        refused("no CoRIM documents", () -> corim(image("igvm-corpus/good/v2-x64-sev.igvm"), PlatformType.SEV));
        KeyPairGenerator small = KeyPairGenerator.getInstance("EC");
        small.initialize(new ECGenParameterSpec("secp256r1"));
        refused("expected RSA", () -> CorimSigning.sign(signer(small.generateKeyPair()), "x", document));
    }

    @Test
    void readsPrivateKeysInTheFormsOfOpenssl() throws GeneralSecurityException, IOException {
        for (String algorithm : List.of("EC", "RSA")) {
            KeyPair pair = pair(algorithm);
            byte[] pkcs8 = pair.getPrivate().getEncoded();
            byte[] traditional = PrivateKeyInfo.getInstance(pkcs8)
                    .parsePrivateKey()
                    .toASN1Primitive()
                    .getEncoded();
            Bytes modern = pem("PRIVATE KEY", pkcs8);
            Bytes old = pem(algorithm + " PRIVATE KEY", traditional);
            for (Bytes file : List.of(modern, old)) {
                assertEquals(pair.getPublic(), KeyFiles.signer(file).publicKey(), algorithm);
            }
            Bytes withParameters =
                    Bytes.utf8(pem("EC PARAMETERS", new byte[] {5, 0}).toUtf8() + old.toUtf8());
            assertEquals(pair.getPublic(), KeyFiles.signer(withParameters).publicKey());
            assertEquals(
                    pair.getPublic(),
                    KeyFiles.publicKey(Bytes.wrap(pair.getPublic().getEncoded())));
            Mutations.allTruncations(modern, KeyFiles::signer);
        }
        refused("encrypted", () -> KeyFiles.signer(pem("ENCRYPTED PRIVATE KEY", new byte[] {1})));
        refused("expected PRIVATE KEY", () -> KeyFiles.signer(pem("CERTIFICATE", new byte[] {1})));
        refused("holds no key", () -> KeyFiles.signer(pem("PRIVATE KEY", new byte[] {1})));
        refused("expected PEM", () -> KeyFiles.signer(Bytes.utf8("secret")));
        refused("expected CERTIFICATE or PUBLIC KEY", () -> KeyFiles.publicKey(pem("EC PRIVATE KEY", new byte[] {1})));
        assertThrows(FormatException.class, () -> KeyFiles.publicKey(Bytes.utf8("key")));
    }

    private static Bytes pem(String label, byte[] content) {
        return Bytes.utf8("-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + label
                + "-----\n");
    }
}
