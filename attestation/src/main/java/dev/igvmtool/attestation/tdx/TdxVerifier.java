package dev.igvmtool.attestation.tdx;

import dev.igvmtool.attestation.verdict.Verdict;
import dev.igvmtool.attestation.x509.TrustAnchors;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Judges TDX quotes. Immutable, without input or output of its own, and safe to use from many threads.
 *
 * @param policy what a quote must say
 * @param anchors roots to trust
 * @param at time of validity, also that of collateral
 */
public record TdxVerifier(TdxPolicy policy, TrustAnchors anchors, Instant at) {
    /** Everything that can be said without an image. */
    public List<Verdict> verify(TdxEvidence evidence) {
        TdxSubject subject = TdxSubject.of(evidence, anchors.certificates());
        QuoteChecks quote = new QuoteChecks(subject, policy);
        PckChecks certificates = new PckChecks(subject, policy, anchors, at);
        CollateralChecks collateral = new CollateralChecks(subject, policy, certificates, at);
        List<Verdict> groups = new ArrayList<>();
        groups.add(quote.format());
        groups.addAll(certificates.all());
        groups.add(quote.signatures());
        groups.add(collateral.tcbInfo());
        groups.add(collateral.qeIdentity());
        groups.add(new TcbChecks(subject, policy).group());
        groups.addAll(new PolicyChecks(subject, policy).all());
        return groups;
    }
}
