package dev.igvmtool.attestation.tdx;

import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.CertificatePath;
import dev.igvmtool.attestation.x509.PathCheck;
import dev.igvmtool.attestation.x509.RevocationCheck;
import dev.igvmtool.attestation.x509.SignatureScheme;
import dev.igvmtool.attestation.x509.TrustAnchors;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether certificates are Intel's: names, extension, path to a trusted root, revocation. */
final class PckChecks {
    static final Set<SignatureScheme> SCHEMES = Set.of(SignatureScheme.ECDSA_P256_SHA256);
    private static final String ROOT_NAME = "Intel SGX Root CA";
    private static final String LEAF_NAME = "Intel SGX PCK Certificate";
    private static final List<String> ISSUER_NAMES = List.of("Intel SGX PCK Platform CA", "Intel SGX PCK Processor CA");
    private static final String ORGANIZATION = "Intel Corporation";
    private static final int INTERMEDIATE = 1;
    private static final int ROOT = 2;
    private static final int CHAIN_LENGTH = 3;
    private static final String PCK_LIST =
            "https://api.trustedservices.intel.com/sgx/certification/v4/pckcrl?encoding=der&ca=";
    private static final String ROOT_LIST = "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der";

    private final TdxSubject subject;
    private final TdxPolicy policy;
    private final TrustAnchors anchors;
    private final Instant at;

    PckChecks(TdxSubject subject, TdxPolicy policy, TrustAnchors anchors, Instant at) {
        this.subject = subject;
        this.policy = policy;
        this.anchors = anchors;
        this.at = at;
    }

    List<Verdict> all() {
        CertificatePath path = subject.path();
        List<Certificate> chain = subject.quote().signature().chain();
        return List.of(
                new Group(
                        "PCK certificate",
                        List.of(
                                Check.equal(
                                        "certificates in the quote", chain.size(), CHAIN_LENGTH, TdxClause.SIGNATURE),
                                Check.of(
                                        "order of the certificates",
                                        path.certificates().equals(chain),
                                        path.certificates().equals(chain)
                                                ? "each issued by the next"
                                                : "not each issued by the next",
                                        "each issued by the next",
                                        TdxClause.SIGNATURE),
                                name("common name", Optional.of(path.leaf()), List.of(LEAF_NAME)),
                                name("intermediate", path.at(INTERMEDIATE), ISSUER_NAMES),
                                name("root", path.at(ROOT), List.of(ROOT_NAME)),
                                extension())),
                new PathCheck(SCHEMES, anchors, at).check("certificate path", path),
                revocation(path));
    }

    private static Verdict name(String what, Optional<Certificate> certificate, List<String> expected) {
        if (certificate.isEmpty()) {
            return Check.missing(what, TdxClause.PCK, "no certificate of " + String.join(" or ", expected));
        }
        String organization =
                Certificate.attribute(certificate.get().subject(), "O").orElse("no organization");
        String name = certificate.get().commonName();
        return Check.of(
                what,
                expected.contains(name) && organization.equals(ORGANIZATION),
                name + ", " + organization,
                String.join(" or ", expected) + ", " + ORGANIZATION,
                TdxClause.PCK);
    }

    private Check extension() {
        return subject.pck()
                .map(pck -> Check.of(
                        "platform",
                        true,
                        "FMSPC " + pck.fmspc().toHex() + ", PCEID "
                                + pck.pceId().toHex() + ", PPID "
                                + pck.ppid().toHex() + ", PCE SVN " + pck.pceSvn() + ", CPU SVN "
                                + pck.cpuSvn().toHex(),
                        "SGX extension",
                        TdxClause.PCK))
                .orElseGet(() -> Check.fail("platform", subject.pckProblem(), "SGX extension", TdxClause.PCK));
    }

    private Group revocation(CertificatePath path) {
        RevocationCheck lists = new RevocationCheck(SCHEMES, subject.evidence().lists(), at, policy.revocationRequired);
        List<Verdict> checks = new ArrayList<>();
        if (path.at(INTERMEDIATE).isPresent()) {
            Certificate issuer = path.at(INTERMEDIATE).get();
            String ca = issuer.commonName().contains("Processor") ? "processor" : "platform";
            checks.add(lists.check("PCK certificate", path.leaf(), issuer, PCK_LIST + ca));
        }
        if (path.at(ROOT).isPresent()) {
            checks.add(lists.check(
                    "intermediate",
                    path.at(INTERMEDIATE).orElseThrow(),
                    path.at(ROOT).get(),
                    ROOT_LIST));
        }
        if (checks.size() < ROOT) {
            checks.add(Check.skipped("intermediate", "", TdxClause.PCK, "the path is not complete"));
        }
        return new Group("revocation", checks);
    }

    /** Path and revocation of the certificate that signs a document of the service. */
    List<Verdict> signer(CertificatePath path) {
        List<Verdict> checks = new ArrayList<>();
        checks.add(name("signer", Optional.of(path.leaf()), List.of("Intel SGX TCB Signing")));
        checks.add(new PathCheck(SCHEMES, anchors, at).check("path of the signer", path));
        if (path.isComplete() && path.certificates().size() > 1) {
            checks.add(new RevocationCheck(SCHEMES, subject.evidence().lists(), at, policy.revocationRequired)
                    .check(
                            "revocation of the signer",
                            path.leaf(),
                            path.at(INTERMEDIATE).orElseThrow(),
                            ROOT_LIST));
        }
        return checks;
    }
}
