package dev.igvmtool.attestation;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.hcl.HclReport;
import dev.igvmtool.attestation.hcl.HclVerifier;
import dev.igvmtool.attestation.image.ImageChecks;
import dev.igvmtool.attestation.image.ImageExpectation;
import dev.igvmtool.attestation.image.ImageExpectations;
import dev.igvmtool.attestation.snp.SnpEvidence;
import dev.igvmtool.attestation.snp.SnpReport;
import dev.igvmtool.attestation.snp.SnpVerifier;
import dev.igvmtool.attestation.tdx.EventLogChecks;
import dev.igvmtool.attestation.tdx.TdReport;
import dev.igvmtool.attestation.tdx.TdReportVerifier;
import dev.igvmtool.attestation.tdx.TdxEvidence;
import dev.igvmtool.attestation.tdx.TdxQuote;
import dev.igvmtool.attestation.tdx.TdxVerifier;
import dev.igvmtool.attestation.vbs.VbsReport;
import dev.igvmtool.attestation.vbs.VbsVerifier;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import dev.igvmtool.attestation.x509.TrustAnchors;
import dev.igvmtool.format.header.PlatformType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Judges evidence. A function of bytes, policy and time: it is immutable, reads no file, no clock and no network, and may be
 * used from many threads at the same time.
 *
 * @param policy what evidence must say
 * @param anchors roots to trust
 * @param at time at which certificates and collateral must be valid
 */
public record Verifier(Policy policy, TrustAnchors anchors, Instant at) {
    /**
     * Judges evidence as it came.
     *
     * @param evidence raw, or as hexadecimal or base64 text
     * @param endorsements what vouches for it
     * @param expectations what this machine must be
     * @throws FormatException if the bytes are no evidence
     */
    public Group verify(Bytes evidence, Endorsements endorsements, Expectations expectations) {
        return verify(Evidence.read(evidence), endorsements, expectations);
    }

    /** Judges evidence that was read before. */
    public Group verify(Evidence evidence, Endorsements endorsements, Expectations expectations) {
        return new Verification(endorsements, expectations).verify(evidence);
    }

    private static final String NONCE = "nonce";
    private static final String NONCE_CLAUSE = "RFC 9334 section 10.2, nonces";

    /** One verification. */
    private final class Verification {
        private final Endorsements endorsements;
        private final Expectations expectations;

        Verification(Endorsements endorsements, Expectations expectations) {
            this.endorsements = endorsements;
            this.expectations = expectations;
        }

        Group verify(Evidence evidence) {
            List<Verdict> groups = new ArrayList<>();
            if (evidence instanceof Evidence.Snp snp) {
                groups.addAll(snp(snp.evidence()));
            } else if (evidence instanceof Evidence.Tdx tdx) {
                groups.addAll(tdx(tdx.quote()));
            } else if (evidence instanceof Evidence.TdxReport report) {
                groups.addAll(tdReport(report.report()));
            } else if (evidence instanceof Evidence.Vbs vbs) {
                groups.addAll(vbs(vbs.report()));
            } else if (evidence instanceof Evidence.Hcl hcl) {
                groups.addAll(hcl(hcl.report()));
            }
            return new Group(evidence.kind(), groups);
        }

        private List<Verdict> snp(SnpEvidence given) {
            SnpEvidence evidence = given.with(endorsements.certificates(), endorsements.lists());
            if (evidence.table().isEmpty() && endorsements.table().isPresent()) {
                evidence = evidence.with(endorsements.table().get());
            }
            SnpReport report = evidence.report();
            List<Verdict> groups = new ArrayList<>(new SnpVerifier(policy.snp(), anchors, at).verify(evidence));
            groups.add(nonce(report.reportData()));
            eventLogOfNoUse().ifPresent(groups::add);
            groups.add(image(
                    PlatformType.SEV_SNP, policy.snp().fixesMeasurement(), image -> ImageChecks.snp(report, image)));
            return groups;
        }

        /** What the machine was asked to say; its place in the report is the same thing on every platform. */
        private Check nonce(Bytes found) {
            return expectations
                    .reportData()
                    .map(expected -> Check.equal(NONCE, found.toHex(), expected.toHex(), NONCE_CLAUSE))
                    .orElseGet(
                            () -> Check.skipped(NONCE, found.toHex(), NONCE_CLAUSE, "none was given to compare with"));
        }

        /** A log that was given and cannot be judged must show. */
        private Optional<Check> eventLogOfNoUse() {
            return expectations
                    .eventLog()
                    .map(log -> Check.missing(
                            "event log", "RFC 9334 section 8.1, evidence", "the report has no run-time registers"));
        }

        private List<Verdict> tdx(TdxQuote quote) {
            TdxEvidence evidence = new TdxEvidence(
                    quote,
                    endorsements.certificates(),
                    endorsements.lists(),
                    endorsements.tcbInfos(),
                    endorsements.qeIdentities());
            List<Verdict> groups = new ArrayList<>(new TdxVerifier(policy.tdx(), anchors, at).verify(evidence));
            groups.add(nonce(quote.body().reportData()));
            groups.add(
                    EventLogChecks.rtmrs(expectations.eventLog(), quote.body().rtmrs()));
            groups.add(image(
                    PlatformType.TDX,
                    policy.tdx().fixesMeasurement(),
                    image -> ImageChecks.tdx(quote.body().mrTd(), quote.body().tdAttributes(), image)));
            return groups;
        }

        private List<Verdict> tdReport(TdReport report) {
            List<Verdict> groups = new ArrayList<>(TdReportVerifier.verify(report, endorsements.quote()));
            groups.add(nonce(report.reportData()));
            groups.add(
                    EventLogChecks.rtmrs(expectations.eventLog(), report.info().registers()));
            endorsements
                    .quote()
                    .ifPresentOrElse(
                            quote -> groups.add(new Group("TDX quote", tdx(quote))),
                            () -> groups.add(image(
                                    PlatformType.TDX,
                                    policy.tdx().fixesMeasurement(),
                                    image -> ImageChecks.tdx(
                                            report.info().mrTd(), report.info().attributes(), image))));
            return groups;
        }

        private List<Verdict> vbs(VbsReport report) {
            List<Verdict> groups = new ArrayList<>(new VbsVerifier(policy.vbs()).verify(report));
            groups.add(nonce(report.reportData()));
            eventLogOfNoUse().ifPresent(groups::add);
            groups.add(image(
                    PlatformType.VSM_ISOLATION,
                    policy.vbs().fixesMeasurement(),
                    image -> ImageChecks.vbs(report, image)));
            return groups;
        }

        private List<Verdict> hcl(HclReport report) {
            HclVerifier claims = new HclVerifier(policy.hcl());
            List<Verdict> groups = new ArrayList<>();
            switch (report.type()) {
                case SNP -> {
                    SnpEvidence inner = SnpEvidence.read(report.teeReport());
                    groups.addAll(
                            claims.verify(report, Optional.of(inner.report().reportData())));
                    groups.add(new Group("SNP report", snp(inner)));
                }
                case TDX -> {
                    TdReport inner = TdReport.read(report.teeReport());
                    groups.addAll(claims.verify(report, Optional.of(inner.reportData())));
                    groups.add(new Group("TDREPORT", tdReport(inner)));
                }
                case VBS -> {
                    VbsReport inner = VbsReport.read(report.teeReport());
                    groups.addAll(claims.verify(report, Optional.of(inner.reportData())));
                    groups.add(new Group("VBS report", vbs(inner)));
                }
                case TRUSTED_LAUNCH, CCA -> {
                    groups.addAll(claims.verify(report, Optional.empty()));
                    groups.add(Check.missing(
                            "report of the platform",
                            "OpenHCL attestation protocol, IgvmAttestRequest",
                            report.type() + " has none that can be checked here"));
                }
            }
            return groups;
        }

        private Verdict image(PlatformType platform, boolean pinned, Function<ImageExpectation, Group> checks) {
            if (expectations.image().isEmpty()) {
                return ImageChecks.missing(pinned);
            }
            ImageExpectations images = expectations.image().get();
            ImageExpectation image = images.byPlatform().get(platform);
            return image == null
                    ? ImageChecks.unfit(images.problems().getOrDefault(platform, "none"))
                    : checks.apply(image);
        }
    }
}
