package dev.igvmtool.attestation.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.Samples;
import dev.igvmtool.attestation.sign.KeyFiles;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.header.CorimDocument;
import dev.igvmtool.format.header.CorimSignature;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.InitializationHeader;
import dev.igvmtool.format.header.SnpIdBlock;
import dev.igvmtool.measurement.LaunchDigest;
import dev.igvmtool.measurement.Profile;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every single bit of what is signed. */
class FlippedBitsIT {
    private static final Instant THEN = Instant.parse("2026-11-26T00:00:00Z");

    private static Bytes file(String name) throws IOException {
        return Bytes.wrap(Files.readAllBytes(SharedTestData.require(name)));
    }

    private static IgvmFile image(String name) throws IOException {
        return IgvmReader.read(file(name));
    }

    private static Group verify(IgvmFile image) {
        return new ImageVerifier(ImagePolicy.agreement(THEN)).verify(image);
    }

    @Test
    void anyFlippedBitOfAnIdBlockChangesTheVerdict() throws IOException {
        for (String name :
                List.of("attestation/igvm/mixed-c-signed.igvm", "igvm-corpus/good/snp-id-block-no-author.igvm")) {
            IgvmFile image = image(name);
            Group good = verify(image);
            int index = indexOf(image.directives(), SnpIdBlock.class);
            Bytes block =
                    SnpIdBlock.CODEC.toBytes((SnpIdBlock) image.directives().get(index));
            int accepted = 0;
            for (int bit = 0; bit < block.size() * 8; bit++) {
                SnpIdBlock changed = SnpIdBlock.CODEC.read(new ByteReader(flip(block, bit)));
                List<Directive> directives = new ArrayList<>(image.directives());
                directives.set(index, changed);
                Group verdict =
                        verify(new IgvmFile(image.revision(), image.platforms(), image.initializations(), directives));
                assertNotEquals(good, verdict, name + ", bit " + bit);
                accepted += verdict.outcome() == Outcome.FAIL ? 0 : 1;
            }
            // The algorithm of an author that is not enabled may be 1 or 0.
            assertEquals(name.contains("no-author") ? 1 : 0, accepted, name);
        }
    }

    @Test
    void anyFlippedBitOfASignedDocumentChangesTheVerdict() throws IOException {
        for (String name :
                List.of("golden/signing/openhcl-x64-cvm-dev.corim-signed.bin", "igvm-corpus/good/corim-signed.igvm")) {
            // Without its pages: what the digests are is not the question here.
            IgvmFile whole = image(name);
            IgvmFile image = new IgvmFile(whole.revision(), whole.platforms(), whole.initializations(), List.of());
            List<PublicKey> keys = name.contains("corpus")
                    ? List.of(KeyFiles.publicKey(file("igvm-corpus/corim-key.pem")))
                    : List.of();
            ImageVerifier verifier = new ImageVerifier(new ImagePolicy(
                    Profile.HYPERV, Set.of(), Optional.empty(), Set.of(), Set.of(), keys, Optional.empty(), THEN));
            int before = notPassed(verifier.verify(image));
            for (Class<?> kind : List.of(CorimDocument.class, CorimSignature.class)) {
                int index = indexOf(image.initializations(), kind);
                Bytes content = image.initializations().get(index) instanceof CorimDocument document
                        ? document.document()
                        : ((CorimSignature) image.initializations().get(index)).signature();
                int mask = image.initializations().get(index).compatibilityMask();
                for (int bit = 0; bit < content.size() * 8; bit++) {
                    Bytes damaged = flip(content, bit);
                    List<InitializationHeader> headers = new ArrayList<>(image.initializations());
                    headers.set(
                            index,
                            kind == CorimDocument.class
                                    ? new CorimDocument(mask, damaged)
                                    : new CorimSignature(mask, damaged));
                    int after = notPassed(verifier.verify(
                            new IgvmFile(image.revision(), image.platforms(), headers, image.directives())));
                    assertTrue(after > before, name + ", " + kind.getSimpleName() + ", bit " + bit);
                }
            }
        }
    }

    @Test
    void aFlippedBitAnywhereInAFileChangesTheVerdict() throws IOException {
        Bytes good = file("attestation/igvm/mixed-c-signed.igvm");
        Group verdict = verify(IgvmReader.read(good));
        // Every header is covered by the checksum; of the pages, bits far apart are enough.
        for (int bit = 0; bit < good.size() * 8; bit += 97) {
            try {
                Group changed = verify(IgvmReader.read(flip(good, bit)));
                if (changed.equals(verdict)) {
                    assertTrue(isUncovered(IgvmReader.read(good), IgvmReader.read(flip(good, bit))), "bit " + bit);
                }
            } catch (FormatException refused) {
                // As good as a failure.
            }
        }
    }

    /** Checks that failed or are open. */
    private static int notPassed(Group verdict) {
        return Samples.failures(verdict).size() + Samples.open(verdict).size();
    }

    /** Whether both files have the same digests: the bit lies in content that no platform measures. */
    private static boolean isUncovered(IgvmFile one, IgvmFile other) {
        return one.supportedPlatforms().stream().allMatch(it -> LaunchDigest.of(one, it.platformType())
                .equals(LaunchDigest.of(other, it.platformType())));
    }

    private static int indexOf(List<?> headers, Class<?> kind) {
        for (int i = 0; i < headers.size(); i++) {
            if (kind.isInstance(headers.get(i))) {
                return i;
            }
        }
        throw new AssertionError("no " + kind);
    }

    private static Bytes flip(Bytes bytes, int bit) {
        byte[] damaged = bytes.toByteArray();
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        return Bytes.wrap(damaged);
    }
}
