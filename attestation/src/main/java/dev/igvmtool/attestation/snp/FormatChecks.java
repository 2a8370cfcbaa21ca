package dev.igvmtool.attestation.snp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whether a report is well formed: version, reserved bytes, known values. */
final class FormatChecks {
    private static final long OLDEST = 2;
    private static final long NEWEST = 5;
    private static final long ECDSA_P384_SHA384 = 1;
    private static final int MAX_VMPL = 3;

    private FormatChecks() {}

    static Group of(SnpSubject subject) {
        SnpReport report = subject.report();
        boolean known = report.version() >= OLDEST && report.version() <= NEWEST;
        SnpGuestPolicy policy = new SnpGuestPolicy(report.policy());
        PlatformInfo platform = new PlatformInfo(report.platformInfo());
        return new Group(
                "format",
                List.of(
                        Check.of(
                                        "version",
                                        known,
                                        String.valueOf(report.version()),
                                        OLDEST + " to " + NEWEST,
                                        SnpClause.REPORT)
                                .withNote(report.version() > NEWEST ? "unknown; read as version " + NEWEST : ""),
                        Check.equal(
                                "signature algorithm",
                                report.signatureAlgorithm(),
                                ECDSA_P384_SHA384,
                                SnpClause.SIGNATURE),
                        Check.of(
                                "guest policy",
                                policy.isWellFormed(),
                                policy.toString(),
                                "bit 17 set, bits 26 to 63 clear",
                                SnpClause.POLICY),
                        Check.of(
                                "platform info",
                                platform.isWellFormed(),
                                platform.toString(),
                                "bits 6 and 8 to 63 clear",
                                SnpClause.PLATFORM),
                        Check.equal(
                                "reserved bits of the key word", report.key().reserved(), 0, SnpClause.REPORT),
                        Check.of(
                                "VMPL",
                                report.vmpl() <= MAX_VMPL || report.vmpl() == SnpReport.HOST_VMPL,
                                vmpl(report),
                                "0 to 3, or the host",
                                SnpClause.REPORT),
                        reserved(report),
                        reservedTcb(subject)));
    }

    static String vmpl(SnpReport report) {
        return report.vmpl() == SnpReport.HOST_VMPL ? "the host" : String.valueOf(report.vmpl());
    }

    private static Check reserved(SnpReport report) {
        List<String> dirty = new ArrayList<>();
        if (report.reserved1() != 0) {
            dirty.add("0x4c");
        }
        boolean cpuid = (report.cpuidFamily() | report.cpuidModel() | report.cpuidStepping()) != 0;
        if (cpuid && report.version() < SnpReport.VERSION_WITH_CPUID
                || !report.reserved2().isZero()) {
            dirty.add("0x188 to 0x19f");
        }
        if (report.reserved3() != 0) {
            dirty.add("0x1eb");
        }
        if (report.reserved4() != 0) {
            dirty.add("0x1ef");
        }
        boolean mitigations = (report.launchMitigations() | report.currentMitigations()) != 0;
        if (mitigations && report.version() < SnpReport.VERSION_WITH_MITIGATIONS
                || !report.reserved5().isZero()) {
            dirty.add("0x1f8 to 0x29f");
        }
        if (!ReportSignature.isClean(report)) {
            dirty.add("signature");
        }
        return Check.of(
                "reserved bytes",
                dirty.isEmpty(),
                dirty.isEmpty() ? "zero" : "not zero: " + String.join(", ", dirty),
                "zero",
                SnpClause.REPORT);
    }

    private static Check reservedTcb(SnpSubject subject) {
        SnpReport report = subject.report();
        Map<String, Bytes> versions = new LinkedHashMap<>();
        versions.put("CURRENT_TCB", report.currentTcb());
        versions.put("REPORTED_TCB", report.reportedTcb());
        versions.put("COMMITTED_TCB", report.committedTcb());
        versions.put("LAUNCH_TCB", report.launchTcb());
        versions.values().removeIf(raw -> TcbVersion.isClean(raw, subject.layout()));
        return Check.of(
                        "reserved bytes of TCB versions",
                        versions.isEmpty(),
                        versions.isEmpty() ? "zero" : "not zero in " + String.join(", ", versions.keySet()),
                        "zero",
                        SnpClause.TCB)
                .withNote("layout by " + subject.layoutSource());
    }
}
