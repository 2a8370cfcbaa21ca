package dev.igvmtool.attestation.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.Samples;
import dev.igvmtool.attestation.embedded.ImagePolicy.Part;
import dev.igvmtool.attestation.sign.KeyFiles;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.Pem;
import dev.igvmtool.attestation.x509.TrustAnchors;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.measurement.Profile;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.security.PublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageVerifierTest {
    private static final Instant THEN = Instant.parse("2026-11-26T00:00:00Z");

    private static Bytes file(String name) throws IOException {
        return Bytes.wrap(Files.readAllBytes(SharedTestData.require(name)));
    }

    private static IgvmFile image(String name) throws IOException {
        return IgvmReader.read(file(name));
    }

    private static ImagePolicy policy(
            Set<Part> required, List<PublicKey> keys, Optional<TrustAnchors> anchors, Instant at) {
        return new ImagePolicy(Profile.HYPERV, required, Optional.empty(), Set.of(), Set.of(), keys, anchors, at);
    }

    private static Group verify(IgvmFile image) {
        return new ImageVerifier(ImagePolicy.agreement(THEN)).verify(image);
    }

    private static Group verifyCorpus(String name) throws IOException {
        PublicKey key = KeyFiles.publicKey(file("igvm-corpus/corim-key.pem"));
        return new ImageVerifier(policy(Set.of(), List.of(key), Optional.empty(), THEN))
                .verify(image("igvm-corpus/" + name));
    }

    private static TrustAnchors roots() throws IOException {
        return TrustAnchors.of(Certificate.of(Pem.read(file("golden/signing/corimkey.crt.pem"))));
    }

    private static String found(Group verdict, String name) {
        return verdict.checks().stream()
                .filter(check -> check.name().equals(name))
                .map(Check::found)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void acceptsAnIdBlockWithAuthor() throws IOException {
        Group verdict = verify(image("attestation/igvm/mixed-c-signed.igvm"));
        assertEquals(List.of(), Samples.failures(verdict));
        assertEquals(Outcome.PASS, verdict.outcome());
        List<String> digests = verdict.checks().stream()
                .filter(check -> check.name().equals("digest of the key"))
                .map(Check::found)
                .toList();
        assertEquals(
                List.of(
                        "870b7e35c53f8a72d0d322f75ab2af8262792aaf6579622ce4131c3f21f289e77cb0560a5e3b90b3932e674ec709cb14",
                        "63111c34bbfc0a4938f9a009bd074980d8172323e61599c9fd336da8673248e1dca98d0be8f76376a106b8afd4c0a057"),
                digests);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "golden/signing/openhcl-x64-cvm-dev.signed.bin",
                "golden/signing/openhcl-x64-cvm-dev.corim-signed.bin",
                "golden/cases/openhcl-x64-cvm-dev/expected/openhcl-x64-cvm-dev.bin",
                "attestation/igvm/mixed-a-with-corim.igvm",
                "attestation/igvm/two-page-snp-with-corim.igvm",
                "attestation/igvm/two-page-tdx-with-corim.igvm",
                "igvm-corpus/good/snp-id-block-signed.igvm",
                "igvm-corpus/good/snp-id-block-no-author.igvm"
            })
    void acceptsWhatTheReferenceMade(String name) throws IOException {
        Group verdict = verify(image(name));
        assertEquals(List.of(), Samples.failures(verdict));
        assertEquals(Outcome.PASS, verdict.outcome());
    }

    @Test
    void signaturesWithoutCertificateNeedAKey() throws IOException {
        assertEquals(Outcome.PASS, verifyCorpus("good/corim-signed.igvm").outcome());
        assertEquals(
                Outcome.NOT_CHECKED,
                verify(image("igvm-corpus/good/corim-signed.igvm")).outcome());
        PublicKey other = KeyFiles.publicKey(file("golden/signing/idkey.pub.pem"));
        Group verdict = new ImageVerifier(policy(Set.of(), List.of(other), Optional.empty(), THEN))
                .verify(image("igvm-corpus/good/corim-signed.igvm"));
        assertEquals(List.of("signature by a trusted key"), Samples.failures(verdict));
    }

    @ParameterizedTest
    @CsvSource({
        "id-block-wrong-ld.igvm, launch digest of the block",
        "id-block-wrong-policy.igvm, signature",
        "id-block-algorithm-0.igvm, algorithm",
        "id-block-zero-signature.igvm, r and s",
        "id-block-r-is-n.igvm, r and s",
        "two-id-blocks.igvm, ID blocks",
        "corim-signature-first.igvm, order",
        "corim-two-documents.igvm, documents",
        "corim-truncated-cbor.igvm, document",
        "corim-depth-10000.igvm, document",
        "corim-wrong-tag.igvm, document"
    })
    void rejectsDefects(String name, String failure) throws IOException {
        Group verdict = verifyCorpus("bad/" + name);
        assertEquals(Outcome.FAIL, verdict.outcome());
        assertTrue(Samples.failures(verdict).contains(failure), () -> Samples.failures(verdict)
                .toString());
    }

    @Test
    void rejectsADocumentOfAnotherDigest() throws IOException {
        Group verdict = verifyCorpus("good/corim-two-platforms.igvm");
        assertEquals(List.of("endorsed digest"), Samples.failures(verdict));
    }

    @Test
    void certificatesAreJudgedAgainstGivenRoots() throws IOException {
        IgvmFile image = image("golden/signing/openhcl-x64-cvm-dev.corim-signed.bin");
        Set<Part> all = Set.of(Part.CORIM, Part.CORIM_SIGNATURE);
        ImagePolicy trusted = policy(all, List.of(), Optional.of(roots()), THEN);
        assertEquals(Outcome.PASS, new ImageVerifier(trusted).verify(image).outcome());
        ImagePolicy late = policy(all, List.of(), Optional.of(roots()), Instant.parse("2130-01-01T00:00:00Z"));
        assertEquals(
                List.of("validity", "validity", "validity"), Samples.failures(new ImageVerifier(late).verify(image)));
        TrustAnchors other = TrustAnchors.of(Certificate.of(Pem.read(file("golden/signing/idkey.crt.pem"))));
        ImagePolicy strange = policy(all, List.of(), Optional.of(other), THEN);
        assertEquals(
                List.of("trusted root", "trusted root", "trusted root"),
                Samples.failures(new ImageVerifier(strange).verify(image)));
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        IgvmFile plain = image("attestation/igvm/mixed-c.igvm");
        assertEquals(Outcome.PASS, verify(plain).outcome());
        ImagePolicy all =
                policy(Set.of(Part.ID_BLOCK, Part.CORIM, Part.CORIM_SIGNATURE), List.of(), Optional.empty(), THEN);
        assertEquals(
                List.of("ID block", "CoRIM", "CoRIM", "CoRIM"), Samples.failures(new ImageVerifier(all).verify(plain)));
        ImagePolicy author = policy(Set.of(Part.AUTHOR_KEY), List.of(), Optional.empty(), THEN);
        assertEquals(
                List.of("author key"),
                Samples.failures(
                        new ImageVerifier(author).verify(image("igvm-corpus/good/snp-id-block-no-author.igvm"))));
    }

    @Test
    void keysAndSecurityVersionsCanBeDemanded() throws IOException {
        IgvmFile image = image("golden/signing/openhcl-x64-cvm-dev.signed.bin");
        Bytes digest = Bytes.fromHex(found(verify(image), "digest of the key"));
        ImagePolicy good = new ImagePolicy(
                Profile.HYPERV, Set.of(), Optional.of(1L), Set.of(digest), Set.of(), List.of(), Optional.empty(), THEN);
        assertEquals(Outcome.PASS, new ImageVerifier(good).verify(image).outcome());
        ImagePolicy bad = new ImagePolicy(
                Profile.HYPERV,
                Set.of(),
                Optional.of(1000L),
                Set.of(Bytes.zeros(48)),
                Set.of(digest),
                List.of(),
                Optional.empty(),
                THEN);
        assertEquals(
                List.of("SVN", "digest of the key", "author key", "SVN", "SVN", "SVN"),
                Samples.failures(new ImageVerifier(bad).verify(image)));
    }

    @Test
    void namesTheProfileThatMakesTheDigest() throws IOException {
        IgvmFile image = image("attestation/igvm/mixed-c-signed.igvm");
        ImagePolicy zero = new ImagePolicy(
                Profile.IGVMMEASURE_NATIVE_ZERO,
                Set.of(),
                Optional.empty(),
                Set.of(),
                Set.of(),
                List.of(),
                Optional.empty(),
                THEN);
        Group verdict = new ImageVerifier(zero).verify(image);
        assertEquals(List.of("launch digest of the block"), Samples.failures(verdict));
        assertTrue(verdict.checks().stream().anyMatch(it -> it.note().contains("profile hyperv measures")));
    }
}
