package dev.igvmtool.attestation.vbs;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Judges VBS reports, as far as that is possible: no public root of the hosts' identity keys is known, so the signature is
 * not checked, and the verdict says so.
 *
 * @param policy what a report must say
 */
public record VbsVerifier(VbsPolicy policy) {
    private static final String CLAUSE = "VBS_VM_REPORT, as OpenVMM has it";
    private static final String NOT_ASKED = "the policy does not ask for it";
    private static final int KNOWN_VTLS = 0b111;

    /** Everything that can be said without an image. */
    public List<Verdict> verify(VbsReport report) {
        return List.of(format(report), signature(), guest(report));
    }

    private static Group format(VbsReport report) {
        boolean clean = report.packageReserved() == 0 && report.reserved().isZero();
        return new Group(
                "format",
                List.of(
                        Check.equal("package size", report.packageSize(), (long) VbsReport.SIZE, CLAUSE),
                        Check.equal(
                                "signature size",
                                report.signatureSize(),
                                (long) report.signature().size(),
                                CLAUSE),
                        Check.equal("version", report.version(), 1L, CLAUSE),
                        Check.equal("reserved bytes", clean ? "zero" : "not zero", "zero", CLAUSE),
                        Check.of(
                                "enabled VTLs",
                                (report.enabledVtls() & ~KNOWN_VTLS) == 0,
                                "0x" + Integer.toHexString(report.enabledVtls()),
                                "no bits but 0 to 2",
                                CLAUSE)));
    }

    private Check signature() {
        String why = "the key is that of the host, and no public root of such keys is known";
        return policy.unverifiedSignatureAccepted()
                ? Check.skipped("signature", "", CLAUSE, why + "; the policy accepts that")
                : Check.missing("signature", CLAUSE, why);
    }

    private Group guest(VbsReport report) {
        boolean debug = (report.policy() & VbsReport.DEBUG_ALLOWED) != 0;
        List<Verdict> checks = new ArrayList<>();
        checks.add(Check.of(
                "debug",
                policy.debugAllowed() || !debug,
                debug ? "allowed" : "forbidden",
                policy.debugAllowed() ? "allowed or forbidden" : "forbidden",
                CLAUSE));
        String svn = String.valueOf(report.guestSvn());
        checks.add(
                policy.minimumGuestSvn().isPresent()
                        ? Check.of(
                                "guest svn",
                                report.guestSvn() >= policy.minimumGuestSvn().getAsLong(),
                                svn,
                                "at least " + policy.minimumGuestSvn().getAsLong(),
                                CLAUSE)
                        : Check.skipped("guest svn", svn, CLAUSE, NOT_ASKED));
        for (VbsField field : VbsField.values()) {
            Bytes found = field.of(report);
            Set<Bytes> expected = policy.fields().getOrDefault(field, Set.of());
            checks.add(
                    expected.isEmpty()
                            ? Check.skipped(field.text(), found.toHex(), CLAUSE, NOT_ASKED)
                            : Check.of(
                                    field.text(),
                                    expected.contains(found),
                                    found.toHex(),
                                    expected.stream().map(Bytes::toHex).sorted().collect(Collectors.joining(" or ")),
                                    CLAUSE));
        }
        return new Group("guest", checks);
    }
}
