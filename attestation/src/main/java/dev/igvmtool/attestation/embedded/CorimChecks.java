package dev.igvmtool.attestation.embedded;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.embedded.ImageVerifier.EmbeddedParts;
import dev.igvmtool.attestation.embedded.ImageVerifier.Measured;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import dev.igvmtool.format.header.CorimDocument;
import dev.igvmtool.format.header.CorimSignature;
import dev.igvmtool.format.header.Header;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.measurement.corim.CorimEnvironment;
import dev.igvmtool.measurement.corim.Endorsement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The CoRIM document of one platform, and the signature over it. */
final class CorimChecks {
    private static final String NAME = "CoRIM";
    private static final String IGVM = "IGVM, CoRIM headers";
    private static final String PROFILE = "CoRIM, profile launch-measurement/v1";

    private final ImagePolicy policy;
    private final CorimEnvironment environment;
    private final Measured measured;

    CorimChecks(ImagePolicy policy, PlatformType platform, Measured measured) {
        this.policy = policy;
        this.environment = CorimEnvironment.of(platform).orElseThrow();
        this.measured = measured;
    }

    Verdict check(EmbeddedParts parts) {
        List<CorimDocument> documents = new ArrayList<>();
        List<CorimSignature> signatures = new ArrayList<>();
        boolean inOrder = true;
        for (Header header : parts.corim()) {
            if (header instanceof CorimDocument document) {
                documents.add(document);
            } else if (header instanceof CorimSignature signature) {
                inOrder &= !documents.isEmpty();
                signatures.add(signature);
            }
        }
        if (documents.isEmpty() && signatures.isEmpty()) {
            return isRequired(ImagePolicy.Part.CORIM) || isRequired(ImagePolicy.Part.CORIM_SIGNATURE)
                    ? Check.fail(NAME, "none", "a document", "policy: required")
                    : Check.skipped(NAME, "none", IGVM, "the image has none for this platform");
        }
        List<Verdict> checks = new ArrayList<>();
        checks.add(Check.equal("documents", documents.size(), 1, IGVM));
        checks.add(
                Check.of("signatures", signatures.size() <= 1, Integer.toString(signatures.size()), "at most 1", IGVM));
        parts.corim().forEach(header -> checks.add(parts.maskCheck(header)));
        if (!signatures.isEmpty()) {
            checks.add(Check.of(
                    "order",
                    inOrder,
                    inOrder ? "document first" : "signature before its document",
                    "document first",
                    IGVM));
        }
        if (!documents.isEmpty()) {
            Bytes document = documents.get(0).document();
            checks.addAll(document(document, parts));
            checks.add(signature(signatures, document));
        }
        return new Group(NAME, checks);
    }

    private boolean isRequired(ImagePolicy.Part part) {
        return policy.required().contains(part);
    }

    private List<Verdict> document(Bytes document, EmbeddedParts parts) {
        Endorsement endorsement;
        try {
            endorsement = Endorsement.read(document);
        } catch (FormatException e) {
            return List.of(Check.fail("document", e.getMessage(), "a document of the profile", PROFILE));
        }
        List<Verdict> checks = new ArrayList<>();
        checks.add(Check.equal("environment", endorsement.environment(), environment, PROFILE));
        checks.add(Check.equal(
                "endorsed digest",
                endorsement.digest().toHex(),
                measured.digest().map(Bytes::toHex).orElse("a file that can be measured"),
                PROFILE));
        checks.add(SvnCheck.check(endorsement.svn(), policy.minimumSvn(), PROFILE));
        parts.idBlocks().stream()
                .findFirst()
                .ifPresent(block -> checks.add(Check.equal(
                        "SVN of the ID block",
                        Integer.toUnsignedLong(block.guestSvn()),
                        endorsement.svn(),
                        "CoRIM and ID block of one image")));
        return checks;
    }

    private Verdict signature(List<CorimSignature> signatures, Bytes document) {
        Optional<CorimSignature> signature = signatures.stream().findFirst();
        if (signature.isEmpty()) {
            return isRequired(ImagePolicy.Part.CORIM_SIGNATURE)
                    ? Check.fail("signature", "none", "one", "policy: required")
                    : Check.skipped("signature", "none", IGVM, "the document is not signed");
        }
        return new CoseChecks(policy).check(signature.get().signature(), document);
    }
}
