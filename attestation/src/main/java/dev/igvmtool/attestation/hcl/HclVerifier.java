package dev.igvmtool.attestation.hcl;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges what an HCL report has around the platform's report: its form, and that the claims are those whose hash the
 * platform's report holds. The platform's report is judged elsewhere.
 *
 * @param policy what the claims must say
 */
public record HclVerifier(HclPolicy policy) {
    private static final String CLAUSE = "OpenHCL attestation protocol, IgvmAttestRequest";
    private static final long VERSION = 2;
    private static final long MAX_REQUEST_TYPE = 3;
    private static final long MAX_REQUEST_VERSION = 2;
    private static final int KNOWN_CAPABILITIES = 0x1f;

    /** @param reportData of the platform's report; empty if the platform gives none */
    public List<Verdict> verify(HclReport report, Optional<Bytes> reportData) {
        return List.of(format(report), binding(report, reportData), new ClaimChecks(policy).of(report.claims()));
    }

    private static Group format(HclReport report) {
        HclHeader header = report.header();
        boolean clean = header.reserved().isZero()
                && report.padding().isZero()
                && report.trailing().isZero();
        List<Verdict> checks = new ArrayList<>();
        checks.add(Check.equal("version", header.version(), VERSION, CLAUSE));
        checks.add(Check.equal("report size", header.reportSize(), report.usedBytes(), CLAUSE));
        checks.add(Check.of(
                "request type",
                header.requestType() >= 1 && header.requestType() <= MAX_REQUEST_TYPE,
                String.valueOf(header.requestType()),
                "1 to 3",
                CLAUSE));
        checks.add(Check.equal("status", header.status(), 0L, CLAUSE));
        checks.add(Check.of(
                "version of the request",
                report.request().version() >= 1 && report.request().version() <= MAX_REQUEST_VERSION,
                String.valueOf(report.request().version()),
                "1 or 2",
                CLAUSE));
        checks.add(Check.of(
                "capabilities",
                (report.capabilities() & ~KNOWN_CAPABILITIES) == 0,
                "0x" + Integer.toHexString(report.capabilities()),
                "no bits but 0 to 4",
                CLAUSE));
        checks.add(Check.equal("reserved bytes and padding", clean ? "zero" : "not zero", "zero", CLAUSE));
        return new Group("HCL report", checks);
    }

    private static Check binding(HclReport report, Optional<Bytes> reportData) {
        String name = "report data = " + report.hash().text() + " of the claims";
        return reportData
                .map(found -> Check.equal(
                        name,
                        found.toHex(),
                        report.hash().of(report.claims()).paddedTo(found.size()).toHex(),
                        CLAUSE))
                .orElseGet(() -> Check.missing(name, CLAUSE, "there is no report of the platform"))
                .withNote(report.claims().size() + " bytes of claims");
    }
}
