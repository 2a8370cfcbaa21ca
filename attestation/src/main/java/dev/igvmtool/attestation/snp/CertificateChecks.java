package dev.igvmtool.attestation.snp;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.security.auth.x500.X500Principal;

/** Whether the signer's certificate is AMD's: names, extensions, path to a trusted root, revocation. */
final class CertificateChecks {
    private static final Set<SignatureScheme> SCHEMES = Set.of(SignatureScheme.RSA_PSS_SHA384);
    private static final Map<String, String> NAME = name();
    private static final String CRL_DISTRIBUTION_POINTS = "2.5.29.31";
    private static final int INTERMEDIATE = 1;
    private static final int ROOT = 2;

    private final SnpSubject subject;
    private final SnpPolicy policy;
    private final TrustAnchors anchors;
    private final Instant at;

    CertificateChecks(SnpSubject subject, SnpPolicy policy, TrustAnchors anchors, Instant at) {
        this.subject = subject;
        this.policy = policy;
        this.anchors = anchors;
        this.at = at;
    }

    private static Map<String, String> name() {
        Map<String, String> name = new LinkedHashMap<>();
        name.put("C", "US");
        name.put("L", "Santa Clara");
        name.put("ST", "CA");
        name.put("O", "Advanced Micro Devices");
        name.put("OU", "Engineering");
        return name;
    }

    List<Verdict> all() {
        SigningKey kind = subject.report().key().signingKey();
        if (kind == SigningKey.NONE || kind == SigningKey.RESERVED) {
            String found = kind == SigningKey.NONE ? "none: the report is not signed" : "a reserved value";
            return List.of(Check.fail("certificates", found, "VCEK or VLEK", SnpClause.REPORT));
        }
        if (subject.leaf().isEmpty()) {
            return List.of(Check.missing("certificates", SnpClause.CERTIFICATE, missing(kind)));
        }
        CertificatePath path = CertificatePath.build(subject.leaf().get(), subject.pool());
        return List.of(
                leaf(kind, subject.leaf().get()),
                issuers(kind, path),
                new PathCheck(SCHEMES, anchors, at).check("certificate path", path),
                revocation(kind, path));
    }

    private String missing(SigningKey kind) {
        if (kind == SigningKey.VLEK) {
            return "no VLEK certificate is given; it cannot be fetched by users, the provider's host hands it out";
        }
        return "no VCEK certificate is given; it is at " + KdsAddress.vcek(subject);
    }

    private Group leaf(SigningKey kind, Certificate leaf) {
        List<Verdict> checks = new ArrayList<>();
        checks.add(Check.equal("X.509 version", leaf.x509().getVersion(), 3, SnpClause.CERTIFICATE));
        checks.add(Check.equal("common name", leaf.commonName(), kind.commonName(), SnpClause.CERTIFICATE));
        checks.add(name("subject", leaf.subject()));
        checks.add(name("issuer", leaf.issuer()));
        checks.add(Check.of(
                "key",
                ReportSignature.isKeyOfKind(leaf),
                leaf.x509().getPublicKey().getAlgorithm(),
                "EC on P-384",
                SnpClause.CERTIFICATE));
        if (subject.key().isEmpty()) {
            checks.add(Check.fail("extensions", subject.keyProblem(), "those of a " + kind, SnpClause.EXTENSIONS));
        } else {
            checks.add(extensions(kind, subject.key().get()));
            checks.add(product(subject.key().get()));
        }
        return new Group(kind + " certificate", checks);
    }

    private static Check extensions(SigningKey kind, EndorsementKey key) {
        String found = (key.hwid().isPresent() ? "chip id" : "no chip id")
                + (key.cspId().isPresent() ? ", provider " + key.cspId().get() : ", no provider");
        boolean vcek = key.hwid().isPresent() && key.cspId().isEmpty();
        boolean vlek = key.hwid().isEmpty() && key.cspId().isPresent();
        return Check.of(
                "extensions",
                kind == SigningKey.VCEK ? vcek : vlek,
                found,
                kind == SigningKey.VCEK ? "chip id, no provider" : "no chip id, but a provider",
                SnpClause.EXTENSIONS);
    }

    private Check product(EndorsementKey key) {
        boolean same = key.product().isPresent() && key.product().equals(subject.product());
        return Check.of(
                "product name",
                same,
                key.productName(),
                subject.product().map(SnpProduct::kdsName).orElse("that of a known product"),
                SnpClause.EXTENSIONS);
    }

    private Group issuers(SigningKey kind, CertificatePath path) {
        List<Verdict> checks = new ArrayList<>();
        Optional<SnpProduct> product = subject.product();
        String name = product.map(SnpProduct::kdsName).orElse("(unknown product)");
        String intermediate = (kind == SigningKey.VLEK ? "SEV-VLEK-" : "SEV-") + name;
        checks.addAll(
                issuer("intermediate", path.at(INTERMEDIATE), intermediate, KdsAddress.list(kind, name), kind, name));
        checks.addAll(issuer("root", path.at(ROOT), "ARK-" + name, KdsAddress.list(SigningKey.VCEK, name), kind, name));
        return new Group("names of the issuers", checks);
    }

    private static List<Verdict> issuer(
            String role,
            Optional<Certificate> found,
            String commonName,
            String listAddress,
            SigningKey kind,
            String product) {
        if (found.isEmpty()) {
            return List.of(Check.missing(
                    role,
                    SnpClause.CERTIFICATE,
                    commonName + " is not there; it is at " + KdsAddress.chain(kind, product)));
        }
        Certificate certificate = found.get();
        return List.of(
                Check.equal(role + " common name", certificate.commonName(), commonName, SnpClause.CERTIFICATE),
                name(role + " name", certificate.subject()),
                listAddress(role + " revocation list address", certificate, listAddress));
    }

    private static Check listAddress(String name, Certificate certificate, String expected) {
        List<String> found = certificate
                .extension(CRL_DISTRIBUTION_POINTS)
                .map(DistributionPoints::addresses)
                .orElse(List.of());
        return Check.equal(name, String.join(", ", found), expected, SnpClause.LISTS);
    }

    private static Check name(String what, X500Principal name) {
        Map<String, String> found = new TreeMap<>();
        NAME.keySet()
                .forEach(type ->
                        found.put(type, Certificate.attribute(name, type).orElse("(not once)")));
        return Check.equal(what, text(found), text(NAME), SnpClause.CERTIFICATE);
    }

    private static String text(Map<String, String> name) {
        List<String> parts = new ArrayList<>();
        NAME.keySet().forEach(type -> parts.add(type + "=" + name.get(type)));
        return String.join(", ", parts);
    }

    private Group revocation(SigningKey kind, CertificatePath path) {
        List<Verdict> checks = new ArrayList<>();
        String product = subject.product().map(SnpProduct::kdsName).orElse("PRODUCT");
        if (path.at(INTERMEDIATE).isPresent() && path.at(ROOT).isPresent()) {
            checks.add(new RevocationCheck(SCHEMES, subject.evidence().lists(), at, policy.revocationRequired)
                    .check(
                            "intermediate",
                            path.at(INTERMEDIATE).get(),
                            path.at(ROOT).get(),
                            KdsAddress.list(kind, product)));
        } else {
            checks.add(Check.skipped("intermediate", "", SnpClause.LISTS, "the path is not complete"));
        }
        checks.add(Check.skipped(
                kind + " itself",
                "",
                SnpClause.LISTS,
                "AMD lists no such keys: a key is as good as the TCB it was derived for"));
        return new Group("revocation", checks);
    }
}
