package dev.igvmtool.attestation.snp;

import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import dev.igvmtool.attestation.x509.TrustAnchors;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Judges SNP reports. Immutable, without input or output of its own, and safe to use from many threads.
 *
 * @param policy what a report must say
 * @param anchors roots to trust
 * @param at time of validity
 */
public record SnpVerifier(SnpPolicy policy, TrustAnchors anchors, Instant at) {
    /** Everything that can be said without an image. */
    public List<Verdict> verify(SnpEvidence evidence) {
        SnpSubject subject = SnpSubject.of(evidence, anchors.certificates(), policy);
        List<Verdict> groups = new ArrayList<>();
        groups.add(FormatChecks.of(subject));
        groups.addAll(new CertificateChecks(subject, policy, anchors, at).all());
        groups.add(signature(subject));
        groups.add(new TcbChecks(subject, policy).group());
        groups.addAll(new PolicyChecks(subject, policy).all());
        return groups;
    }

    private static Group signature(SnpSubject subject) {
        String name = "signature over bytes 0x0 to 0x29f";
        Check check = subject.leaf()
                .map(leaf -> Check.equal(
                        name,
                        ReportSignature.isGood(subject.evidence().raw(), subject.report(), leaf) ? "good" : "bad",
                        "good",
                        SnpClause.SIGNATURE))
                .orElseGet(() -> Check.missing(name, SnpClause.SIGNATURE, "no certificate of the signer"));
        return new Group("report signature", List.of(check));
    }
}
