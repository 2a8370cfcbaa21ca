package dev.igvmtool.attestation.image;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.snp.SnpReport;
import dev.igvmtool.attestation.tdx.TdAttributes;
import dev.igvmtool.attestation.vbs.VbsReport;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import dev.igvmtool.format.header.SnpIdBlock;
import dev.igvmtool.format.header.VbsMeasurement;
import dev.igvmtool.measurement.snp.PspForm;
import java.util.ArrayList;
import java.util.List;

/** Whether a report is that of a machine started from an image. */
public final class ImageChecks {
    private static final String NAME = "image";
    private static final String DIGEST = "launch digest";
    private static final String REFERENCE = "RFC 9334 section 8.3, reference values";
    private static final String SNP = "SEV-SNP ABI (56860), launch";
    private static final String ID_BLOCK = "SEV-SNP ABI (56860), ID block";
    private static final String TDX = "TDX module base specification, measurement";
    private static final String VBS = "VBS_VM_REPORT, as OpenVMM has it";
    private static final String NO_IMAGE = "no image is given";
    private static final String EXPLAIN = "igvmtool explain searches for rules under which they meet";
    // IGVM's policy for TDX has bits of its own.
    private static final long POLICY_DEBUG = 1;
    private static final long POLICY_SEPT_VE_DISABLE = 1 << 1;
    private static final long POLICY_MIGRATABLE = 1 << 2;

    private ImageChecks() {}

    /** @param pinned whether the policy fixes the digest, so that an image is not needed */
    public static Verdict missing(boolean pinned) {
        return pinned
                ? Check.skipped(NAME, "", REFERENCE, NO_IMAGE + "; the policy fixes the launch digest")
                : Check.missing(NAME, REFERENCE, NO_IMAGE);
    }

    /** The image is not for the platform of the report. */
    public static Verdict unfit(String why) {
        return Check.fail(NAME, why, "an image for the platform of the report", "IGVM, supported platform");
    }

    private static Check digest(Bytes found, ImageExpectation image, String clause) {
        Check check = Check.equal(DIGEST, found.toHex(), image.digest().toHex(), clause);
        boolean same = found.equals(image.digest());
        return check.withNote(same ? image.how() : image.how() + "; " + EXPLAIN);
    }

    /** Against an SNP report. */
    public static Group snp(SnpReport report, ImageExpectation image) {
        List<Verdict> checks = new ArrayList<>();
        checks.add(digest(report.measurement(), image, SNP));
        checks.add(image.guestPolicy()
                .map(policy -> Check.equal(
                        "guest policy", String.format("0x%x", report.policy()), String.format("0x%x", policy), SNP))
                .orElseGet(() -> Check.missing("guest policy", SNP, "the image has none")));
        SnpIdBlock block = image.idBlock().orElse(null);
        if (block == null) {
            checks.add(withoutIdBlock(report));
            return new Group(NAME, checks);
        }
        checks.add(Check.equal(
                "family id", report.familyId().toHex(), block.familyId().toHex(), ID_BLOCK));
        checks.add(Check.equal(
                "image id", report.imageId().toHex(), block.imageId().toHex(), ID_BLOCK));
        checks.add(Check.equal(
                "guest svn of the ID block", report.guestSvn(), Integer.toUnsignedLong(block.guestSvn()), ID_BLOCK));
        checks.add(Check.equal(
                "digest of the ID key",
                report.idKeyDigest().toHex(),
                PspForm.keyDigest(block.idPublicKey()).toHex(),
                ID_BLOCK));
        boolean author = block.authorKeyEnabled() != 0;
        checks.add(Check.equal(
                "digest of the author key",
                report.authorKeyDigest().toHex(),
                author
                        ? PspForm.keyDigest(block.authorPublicKey()).toHex()
                        : Bytes.zeros(report.authorKeyDigest().size()).toHex(),
                ID_BLOCK));
        checks.add(Check.equal("author key enabled", report.key().authorKeyEnabled(), author, ID_BLOCK));
        return new Group(NAME, checks);
    }

    private static Check withoutIdBlock(SnpReport report) {
        boolean none = report.guestSvn() == 0
                && report.familyId().isZero()
                && report.imageId().isZero()
                && report.idKeyDigest().isZero()
                && report.authorKeyDigest().isZero()
                && !report.key().authorKeyEnabled();
        return Check.equal("ID block", none ? "none" : "one", "none", ID_BLOCK)
                .withNote(none ? "" : "the guest was launched with an ID block that the image does not hold");
    }

    /**
     * Against what a TDX quote or TDREPORT says.
     *
     * @param mrTd build measurement
     * @param attributes of the TD
     */
    public static Group tdx(Bytes mrTd, long attributes, ImageExpectation image) {
        List<Verdict> checks = new ArrayList<>();
        checks.add(digest(mrTd, image, TDX));
        if (image.guestPolicy().isEmpty()) {
            checks.add(Check.skipped("guest policy", "", TDX, "the image has none"));
            return new Group(NAME, checks);
        }
        long policy = image.guestPolicy().get();
        boolean debug = (attributes & TdAttributes.DEBUG) != 0;
        boolean debugAllowed = (policy & POLICY_DEBUG) != 0;
        checks.add(Check.of(
                "debug",
                debugAllowed || !debug,
                debug ? "on" : "off",
                debugAllowed ? "on or off" : "off",
                "IGVM, guest policy for TDX"));
        checks.add(bit("SEPT VE disable", attributes & TdAttributes.SEPT_VE_DISABLE, policy & POLICY_SEPT_VE_DISABLE));
        checks.add(bit("migratable", attributes & TdAttributes.MIGRATABLE, policy & POLICY_MIGRATABLE));
        return new Group(NAME, checks);
    }

    private static Check bit(String name, long found, long expected) {
        return Check.equal(name, found != 0 ? "on" : "off", expected != 0 ? "on" : "off", "IGVM, guest policy for TDX");
    }

    /** Against a VBS report. */
    public static Group vbs(VbsReport report, ImageExpectation image) {
        List<Verdict> checks = new ArrayList<>();
        checks.add(digest(report.measurement(), image, VBS));
        if (image.vbsMeasurement().isEmpty()) {
            checks.add(Check.skipped("VBS measurement header", "", VBS, "the image has none"));
            return new Group(NAME, checks);
        }
        VbsMeasurement signed = image.vbsMeasurement().get();
        checks.add(number("guest svn of the image", report.guestSvn(), signed.securityVersion()));
        checks.add(number("product id", report.productId(), signed.productId()));
        checks.add(number("module id", report.moduleId(), signed.moduleId()));
        checks.add(number("policy", Integer.toUnsignedLong(report.policy()), signed.policyFlags()));
        return new Group(NAME, checks);
    }

    private static Check number(String name, long found, int expected) {
        return Check.equal(name, found, Integer.toUnsignedLong(expected), VBS);
    }
}
