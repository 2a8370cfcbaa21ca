package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignCommandTest {
    private static final String CVM = "golden/cases/openhcl-x64-cvm-dev/expected/openhcl-x64-cvm-dev.bin";

    @TempDir
    Path folder;

    private static String shared(String name) {
        return SharedTestData.require(name).toString();
    }

    private static String signing(String name) {
        return shared("golden/signing/" + name);
    }

    private String out(String name) {
        return folder.resolve(name).toString();
    }

    private static Outcome done(String... args) {
        Outcome outcome = TestConsole.run(args);
        assertEquals("", outcome.err());
        assertEquals(0, outcome.status());
        return outcome;
    }

    private static void refused(String message, String... args) {
        Outcome outcome = TestConsole.run(args);
        assertEquals(2, outcome.status(), outcome.err());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().contains(message), outcome.err());
    }

    private void sameFile(String golden, String made) throws IOException {
        assertArrayEquals(Files.readAllBytes(Path.of(golden)), Files.readAllBytes(folder.resolve(made)));
    }

    private String privateKey(String name, KeyPair pair) throws IOException {
        String text = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private static KeyPair p384() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp384r1"));
        return generator.generateKeyPair();
    }

    @Test
    void twoStepsGiveTheFileOfTheReference() throws IOException {
        String payload = signing("openhcl-x64-cvm-dev-snp.idblock");
        done(
                "sign",
                "id-block",
                shared(CVM),
                "--family-id",
                "00000001" + "0".repeat(24),
                "--image-id",
                "openhcl",
                "--svn",
                "1",
                "--payload-out",
                out("block"));
        sameFile(payload, "block");
        Outcome outcome = done(
                "sign",
                "id-block",
                shared(CVM),
                "--payload",
                out("block"),
                "--signature",
                signing("openhcl-x64-cvm-dev-snp.idblock.sig"),
                "--public-key",
                signing("idkey.crt.pem"),
                "-o",
                out("signed.bin"));
        sameFile(signing("openhcl-x64-cvm-dev.signed.bin"), "signed.bin");
        assertTrue(outcome.out().contains("idKeyDigest "), outcome.out());
        assertFalse(outcome.out().contains("authorKeyDigest"), outcome.out());
    }

    @Test
    void corimSignaturesGiveTheFileOfTheReference() throws IOException {
        String image = shared(CVM);
        for (String platform : List.of("snp", "tdx", "vbs")) {
            done(
                    "sign",
                    "corim",
                    image,
                    "--platform",
                    platform,
                    "--cose",
                    signing("corim-" + platform + ".bundle.cose"),
                    "-o",
                    out("signed.bin"),
                    "--cose-out",
                    out("detached"));
            sameFile(signing("corim-" + platform + ".detached.cose"), "detached");
            image = out("signed.bin");
        }
        sameFile(signing("openhcl-x64-cvm-dev.corim-signed.bin"), "signed.bin");
    }

    @Test
    void localKeysSignOwnerAndAuthor() throws GeneralSecurityException, IOException {
        String key = privateKey("id.pem", p384());
        String author = privateKey("author.pem", p384());
        Outcome outcome = done(
                "sign",
                "id-block",
                shared("attestation/igvm/mixed-c.igvm"),
                "--key",
                key,
                "--author-key",
                author,
                "-o",
                out("signed.igvm"),
                "--id-auth",
                out("auth"),
                "--json");
        JsonNode json = new ObjectMapper().readTree(outcome.out());
        assertEquals("igvmtool.sign-id-block/1", json.get("schema").asText());
        assertEquals(96, json.get("authorKeyDigest").asText().length());
        assertEquals("0x30000", json.get("policy").asText());
        assertEquals(4096, Files.size(folder.resolve("auth")));
        refused("already", "sign", "id-block", out("signed.igvm"), "--key", key, "-o", out("twice.igvm"));
        assertFalse(Files.exists(folder.resolve("twice.igvm")));
        done("sign", "id-block", out("signed.igvm"), "--key", key, "-o", out("signed.igvm"), "--replace");
    }

    @Test
    void anAuthorCanSignElsewhere() throws GeneralSecurityException, IOException {
        KeyPair author = p384();
        String key = privateKey("id.pem", p384());
        String image = shared("attestation/igvm/mixed-c.igvm");
        done("sign", "id-block", image, "--key", key, "--author-payload-out", out("payload"));
        assertEquals(1028, Files.size(folder.resolve("payload")));
        Signature signature = Signature.getInstance("SHA384withECDSA");
        signature.initSign(author.getPrivate());
        signature.update(Files.readAllBytes(folder.resolve("payload")));
        Files.write(folder.resolve("sig"), signature.sign());
        Files.write(folder.resolve("author.der"), author.getPublic().getEncoded());
        done(
                "sign",
                "id-block",
                image,
                "--key",
                key,
                "--author-signature",
                out("sig"),
                "--author-public-key",
                out("author.der"),
                "-o",
                out("signed.igvm"));
    }

    @Test
    void printsWhatQemuTakes() throws GeneralSecurityException, IOException {
        String key = privateKey("id.pem", p384());
        String text = done(
                        "sign",
                        "id-block",
                        "--digest",
                        "ab".repeat(48),
                        "--policy",
                        "0x30000",
                        "--key",
                        key,
                        "--author-key",
                        key,
                        "--qemu")
                .out()
                .strip();
        assertTrue(text.startsWith("id-block=q6ur"), text);
        byte[] block = Base64.getDecoder().decode(text.substring(9, text.indexOf(",id-auth=")));
        byte[] auth = Base64.getDecoder().decode(text.substring(text.indexOf(",id-auth=") + 9));
        assertEquals(96, block.length);
        assertEquals(4096, auth.length);
    }

    @Test
    void corimIsSignedInTwoStepsOrWithALocalKey() throws GeneralSecurityException, IOException {
        String image = shared("attestation/igvm/mixed-c.igvm");
        KeyPair pair = p384();
        String key = privateKey("k.pem", pair);
        Files.write(folder.resolve("k.der"), pair.getPublic().getEncoded());
        done(
                "sign",
                "corim",
                image,
                "--platform",
                "tdx",
                "--svn",
                "5",
                "--issuer",
                "me",
                "--algorithm",
                "ES384",
                "--payload-out",
                out("tbs"),
                "--document-out",
                out("doc"));
        Signature signature = Signature.getInstance("SHA384withECDSA");
        signature.initSign(pair.getPrivate());
        signature.update(Files.readAllBytes(folder.resolve("tbs")));
        Files.write(folder.resolve("sig"), signature.sign());
        done(
                "sign",
                "corim",
                image,
                "--platform",
                "tdx",
                "--svn",
                "5",
                "--payload",
                out("tbs"),
                "--signature",
                out("sig"),
                "--public-key",
                out("k.der"),
                "-o",
                out("signed.igvm"));
        done(
                "sign",
                "corim",
                out("signed.igvm"),
                "--platform",
                "snp",
                "--svn",
                "5",
                "--issuer",
                "me",
                "--key",
                key,
                "-o",
                out("signed.igvm"),
                "--bundle-out",
                out("bundle"));
        assertTrue(Files.size(folder.resolve("bundle")) > 330);
        refused("need", "sign", "corim", image, "--platform", "snp", "--svn", "5", "--key", key, "-o", out("x"));
    }

    @Test
    void refusesWhatCannotBe() throws GeneralSecurityException, IOException {
        String mixed = shared("attestation/igvm/mixed-c.igvm");
        String key = privateKey("id.pem", p384());
        refused("nothing to do", "sign", "id-block", mixed);
        refused("found no ID key", "sign", "id-block", mixed, "-o", out("x"));
        refused("found 2 of private key", "sign", "id-block", mixed, "-o", out("x"), "--key", key, "--key-label", "k");
        refused("needs --policy", "sign", "id-block", "--digest", "ab".repeat(48), "--key", key, "--qemu");
        refused("no IMAGE and no --digest", "sign", "id-block", "--key", key, "--qemu");
        refused(
                "of another build",
                "sign",
                "id-block",
                mixed,
                "-o",
                out("x"),
                "--key",
                key,
                "--payload",
                signing("openhcl-x64-cvm-dev-snp.idblock"));
        refused(
                "does not verify",
                "sign",
                "id-block",
                shared(CVM),
                "-o",
                out("x"),
                "--payload",
                signing("openhcl-x64-cvm-dev-snp.idblock"),
                "--signature",
                signing("openhcl-x64-cvm-dev-snp.idblock.sig"),
                "--public-key",
                shared("igvm-corpus/corim-key.pem"));
        refused("expected PEM", "sign", "id-block", mixed, "-o", out("x"), "--key", mixed);
        refused(
                "needs --pin-file",
                "sign",
                "id-block",
                mixed,
                "-o",
                out("x"),
                "--key-label",
                "k",
                "--pkcs11-library",
                "/nowhere.so");
        refused("needs --pkcs11-library", "sign", "id-block", mixed, "-o", out("x"), "--key-label", "k");
        refused("say --platform", "sign", "corim", shared(CVM), "-o", out("x"), "--key", key, "--issuer", "me");
        refused("has no CoRIM document", "sign", "corim", mixed, "--platform", "snp", "-o", out("x"));
        refused(
                "another document",
                "sign",
                "corim",
                shared(CVM),
                "--platform",
                "snp",
                "-o",
                out("x"),
                "--cose",
                signing("corim-tdx.bundle.cose"));
        refused("found 0 of --cose", "sign", "corim", shared(CVM), "--platform", "snp", "-o", out("x"));
        refused("expected id-block or corim", "sign");
        assertFalse(Files.exists(folder.resolve("x")));
    }
}
