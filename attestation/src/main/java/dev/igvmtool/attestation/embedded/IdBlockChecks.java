package dev.igvmtool.attestation.embedded;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.embedded.ImageVerifier.EmbeddedParts;
import dev.igvmtool.attestation.embedded.ImageVerifier.Measured;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import dev.igvmtool.format.header.SnpIdBlock;
import dev.igvmtool.format.header.SnpPublicKey;
import dev.igvmtool.format.header.SnpSignature;
import dev.igvmtool.measurement.Profile;
import dev.igvmtool.measurement.ecdsa.Ecdsa;
import dev.igvmtool.measurement.snp.IdBlock;
import dev.igvmtool.measurement.snp.PspForm;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The ID block of an SNP image: does the firmware accept it, and who says so. */
final class IdBlockChecks {
    private static final String NAME = "ID block";
    private static final String BLOCK = "SEV-SNP ABI (56860), ID block";
    private static final String AUTH = "SEV-SNP ABI (56860), ID authentication information";
    private static final String HEADER = "IGVM, IGVM_VHS_SNP_ID_BLOCK";

    private final ImagePolicy policy;
    private final Measured measured;
    private final List<Verdict> checks = new ArrayList<>();

    IdBlockChecks(ImagePolicy policy, Measured measured) {
        this.policy = policy;
        this.measured = measured;
    }

    Verdict check(EmbeddedParts parts) {
        if (parts.idBlocks().isEmpty()) {
            return policy.required().contains(ImagePolicy.Part.ID_BLOCK)
                    ? Check.fail(NAME, "none", "one", "policy: required")
                    : Check.skipped(NAME, "none", HEADER, "the image has none");
        }
        checks.add(Check.equal("ID blocks", parts.idBlocks().size(), 1, BLOCK));
        SnpIdBlock block = parts.idBlocks().get(0);
        checks.add(parts.maskCheck(block));
        checks.add(Check.equal("version", Integer.toUnsignedLong(block.version()), IdBlock.VERSION, BLOCK));
        checks.add(Check.equal("reserved bytes", block.reserved().toHex(), "000000", HEADER));
        checks.add(launchDigest(block));
        checks.add(svn(block));
        checks.add(Check.skipped("family id", block.familyId().toHex(), BLOCK, "the owner's choice"));
        checks.add(Check.skipped("image id", block.imageId().toHex(), BLOCK, "the owner's choice"));
        if (parts.policies().size() == 1) {
            long launchPolicy = parts.policies().get(0).policy();
            Bytes signed = IdBlock.CODEC.toBytes(new IdBlock(
                    block.ld(),
                    block.familyId(),
                    block.imageId(),
                    Integer.toUnsignedLong(block.version()),
                    Integer.toUnsignedLong(block.guestSvn()),
                    launchPolicy));
            checks.add(signature(
                    "ID key",
                    block.idKeyAlgorithm(),
                    block.idPublicKey(),
                    block.idKeySignature(),
                    signed,
                    policy.idKeys(),
                    String.format("over the block with the file's policy 0x%x", launchPolicy)));
        } else {
            checks.add(Check.fail("ID key", "no single policy", "the policy that is signed with the block", BLOCK));
        }
        checks.add(author(block));
        return new Group(NAME, checks);
    }

    private Check launchDigest(SnpIdBlock block) {
        Optional<Bytes> digest = measured.digest();
        if (!policy.profile().equals(Profile.HYPERV)) {
            try {
                digest = Optional.of(measured.by(policy.profile().rules()));
            } catch (FormatException e) {
                digest = Optional.empty();
            }
        }
        String expected = digest.map(Bytes::toHex).orElse("a file that can be measured");
        Check check = Check.equal("launch digest of the block", block.ld().toHex(), expected, BLOCK);
        if (digest.isPresent() && digest.get().equals(block.ld())) {
            return check.withNote("as " + policy.profile().title() + " measures");
        }
        return check.withNote(measured.profileOf(block.ld())
                .map(it -> "this is what profile " + it.title() + " measures")
                .orElse("no profile measures this"));
    }

    private Check svn(SnpIdBlock block) {
        return SvnCheck.check(Integer.toUnsignedLong(block.guestSvn()), policy.minimumSvn(), BLOCK);
    }

    private Verdict author(SnpIdBlock block) {
        if (block.authorKeyEnabled() == 1) {
            return signature(
                    "author key",
                    block.authorKeyAlgorithm(),
                    block.authorPublicKey(),
                    block.authorKeySignature(),
                    PspForm.keyBytes(block.idPublicKey()),
                    policy.authorKeys(),
                    "over the ID key");
        }
        if (block.authorKeyEnabled() != 0) {
            return Check.fail("author key", "enabled " + block.authorKeyEnabled(), "enabled 0 or 1", HEADER);
        }
        if (policy.required().contains(ImagePolicy.Part.AUTHOR_KEY)
                || !policy.authorKeys().isEmpty()) {
            return Check.fail("author key", "none", "one", "policy: required");
        }
        boolean clean = block.authorKeySignature().equals(SnpSignature.NONE)
                && block.authorPublicKey().equals(SnpPublicKey.NONE)
                && (block.authorKeyAlgorithm() == 0 || block.authorKeyAlgorithm() == PspForm.ECDSA_P384_SHA384);
        return clean
                ? Check.skipped(
                        "author key",
                        "none, algorithm " + block.authorKeyAlgorithm(),
                        AUTH,
                        "the image has none; igvmmeasure leaves the algorithm at 1")
                : Check.fail("author key", "not enabled, but not zero", "zero", HEADER);
    }

    private static Verdict signature(
            String name,
            int algorithm,
            SnpPublicKey key,
            SnpSignature signature,
            Bytes message,
            Set<Bytes> trusted,
            String what) {
        List<Verdict> checks = new ArrayList<>();
        checks.add(Check.equal("algorithm", algorithm, PspForm.ECDSA_P384_SHA384, AUTH));
        checks.add(Check.equal("reserved bytes of the key", key.reserved(), 0, HEADER));
        Optional<PublicKey> point = PspForm.key(key);
        checks.add(Check.of(
                "key", point.isPresent(), point.isPresent() ? "on P-384" : "no point on P-384", "on P-384", AUTH));
        Optional<Bytes> raw = PspForm.signature(signature);
        boolean inRange = raw.isPresent() && Ecdsa.P384.isInRange(raw.get());
        checks.add(Check.of(
                "r and s", inRange, inRange ? "in range" : "out of range", "in range", "FIPS 186-4 section 4.7"));
        boolean good = point.isPresent() && inRange && Ecdsa.P384.verify(point.get(), message, raw.get());
        checks.add(
                Check.of("signature", good, good ? "good" : "bad", "good", AUTH).withNote(what));
        checks.add(trust(PspForm.keyDigest(key), trusted));
        return new Group(name, checks);
    }

    private static Check trust(Bytes digest, Set<Bytes> trusted) {
        if (trusted.isEmpty()) {
            return Check.skipped("digest of the key", digest.toHex(), AUTH, "no digest is given to compare with");
        }
        List<String> expected = trusted.stream().map(Bytes::toHex).sorted().toList();
        boolean found = trusted.contains(digest);
        return Check.of(
                "digest of the key",
                found,
                digest.toHex(),
                found ? digest.toHex() : "one of " + String.join(", ", expected),
                "policy: trusted keys");
    }
}
