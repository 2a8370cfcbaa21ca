package dev.igvmtool.attestation.snp;

import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether the versions in a report agree with each other and with the certificate, and are new enough. */
final class TcbChecks {
    private static final String NOT_ASKED = "the policy does not ask for it";

    private final SnpSubject subject;
    private final SnpPolicy policy;
    private final SnpReport report;

    TcbChecks(SnpSubject subject, SnpPolicy policy) {
        this.subject = subject;
        this.policy = policy;
        this.report = subject.report();
    }

    Group group() {
        TcbVersion current = subject.tcb(report.currentTcb());
        TcbVersion reported = subject.tcb(report.reportedTcb());
        TcbVersion committed = subject.tcb(report.committedTcb());
        TcbVersion launch = subject.tcb(report.launchTcb());
        List<Verdict> checks = new ArrayList<>();
        checks.add(layout());
        Optional<TcbVersion> certificate = subject.key().map(EndorsementKey::tcb);
        if (certificate.isPresent()) {
            checks.add(Check.equal("certificate = REPORTED_TCB", certificate.get(), reported, SnpClause.EXTENSIONS)
                    .withNote(
                            certificate.get().equals(reported)
                                    ? ""
                                    : "the certificate is of another TCB version: the host did not fetch a new one"));
            checks.add(atLeast("CURRENT_TCB", current, certificate.get(), "at least the certificate's"));
        } else {
            checks.add(Check.missing(
                    "certificate = REPORTED_TCB", SnpClause.EXTENSIONS, "no readable certificate of the signer"));
        }
        if (policy.provisionalFirmware) {
            checks.add(atLeast("CURRENT_TCB covers COMMITTED_TCB", current, committed, "at least COMMITTED_TCB"));
        } else {
            checks.add(Check.equal("COMMITTED_TCB", committed, current, SnpClause.TCB)
                    .withNote(
                            committed.equals(current)
                                    ? "equal to CURRENT_TCB"
                                    : "provisional firmware is not allowed"));
        }
        checks.add(committedFirmware());
        checks.add(floor("REPORTED_TCB", reported, policy.minimumTcb));
        checks.add(floor("LAUNCH_TCB", launch, policy.minimumLaunchTcb));
        checks.add(minimumBuild());
        checks.add(minimumVersion());
        checks.add(mitigations("launch mitigations", report.launchMitigations(), policy.launchMitigations));
        checks.add(mitigations("current mitigations", report.currentMitigations(), policy.currentMitigations));
        return new Group("TCB", checks);
    }

    private Check layout() {
        Optional<TcbLayout> byChip = SnpProduct.layoutOfChipId(report.chipId());
        String found = subject.layout() + ", by " + subject.layoutSource();
        if (byChip.isEmpty()) {
            return Check.skipped("layout", found, SnpClause.TCB, "the chip id is masked and cannot confirm it");
        }
        return Check.of(
                "layout",
                byChip.get() == subject.layout(),
                found,
                byChip.get() + ", by the length of the chip id",
                SnpClause.TCB);
    }

    private static Check atLeast(String name, TcbVersion found, TcbVersion floor, String meaning) {
        return Check.of(name, found.isAtLeast(floor), found.toString(), meaning + ": " + floor, SnpClause.TCB);
    }

    private static Check floor(String name, TcbVersion found, Optional<TcbVersion> floor) {
        return floor.map(it -> atLeast("minimum " + name, found, it, "at least"))
                .orElseGet(() -> Check.skipped("minimum " + name, found.toString(), SnpClause.TCB, NOT_ASKED));
    }

    private FirmwareVersion currentVersion() {
        return new FirmwareVersion(report.currentMajor(), report.currentMinor());
    }

    private Check committedFirmware() {
        FirmwareVersion current = currentVersion();
        FirmwareVersion committed = new FirmwareVersion(report.committedMajor(), report.committedMinor());
        boolean same = committed.equals(current) && report.committedBuild() == report.currentBuild();
        boolean below = committed.compareTo(current) <= 0 && report.committedBuild() <= report.currentBuild();
        return Check.of(
                "committed firmware",
                policy.provisionalFirmware ? below : same,
                committed + " build " + report.committedBuild(),
                (policy.provisionalFirmware ? "at most " : "") + current + " build " + report.currentBuild(),
                SnpClause.REPORT);
    }

    private Check minimumBuild() {
        String found = String.valueOf(report.currentBuild());
        if (policy.minimumBuild.isEmpty()) {
            return Check.skipped("minimum firmware build", found, SnpClause.REPORT, NOT_ASKED);
        }
        int floor = policy.minimumBuild.getAsInt();
        return Check.of(
                "minimum firmware build", report.currentBuild() >= floor, found, "at least " + floor, SnpClause.REPORT);
    }

    private Check minimumVersion() {
        FirmwareVersion found = currentVersion();
        return policy.minimumVersion
                .map(floor -> Check.of(
                        "minimum firmware version",
                        found.compareTo(floor) >= 0,
                        found.toString(),
                        "at least " + floor,
                        SnpClause.REPORT))
                .orElseGet(
                        () -> Check.skipped("minimum firmware version", found.toString(), SnpClause.REPORT, NOT_ASKED));
    }

    private Check mitigations(String name, long found, Optional<Long> required) {
        String text = String.format("0x%x", found);
        if (required.isEmpty()) {
            return Check.skipped(name, text, SnpClause.REPORT, NOT_ASKED);
        }
        long bits = required.get();
        return Check.of(name, (found & bits) == bits, text, String.format("all of 0x%x", bits), SnpClause.REPORT)
                .withNote(
                        report.version() < SnpReport.VERSION_WITH_MITIGATIONS
                                ? "a report of version " + report.version() + " does not have this field"
                                : "");
    }
}
