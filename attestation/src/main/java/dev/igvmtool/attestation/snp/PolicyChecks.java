package dev.igvmtool.attestation.snp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import dev.igvmtool.measurement.Sha;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What the policy demands of a report. */
final class PolicyChecks {
    private static final String NOT_ASKED = "the policy does not ask for it";

    private final SnpSubject subject;
    private final SnpPolicy policy;
    private final SnpReport report;

    PolicyChecks(SnpSubject subject, SnpPolicy policy) {
        this.subject = subject;
        this.policy = policy;
        this.report = subject.report();
    }

    List<Verdict> all() {
        List<Verdict> groups = new ArrayList<>();
        groups.add(identity());
        groups.add(guestPolicy());
        groups.add(platform());
        groups.add(guest());
        groups.add(keys());
        groups.add(table());
        return groups;
    }

    private Group identity() {
        List<Verdict> checks = new ArrayList<>();
        SigningKey kind = report.key().signingKey();
        checks.add(Check.of(
                "signing key",
                policy.signingKeys.contains(kind),
                kind.toString(),
                policy.signingKeys.stream().map(Enum::toString).sorted().collect(Collectors.joining(" or ")),
                SnpClause.REPORT));
        String product =
                subject.product().map(SnpProduct::kdsName).orElse("unknown") + ", by " + subject.layoutSource();
        if (policy.product.isPresent()) {
            checks.add(Check.of(
                    "product",
                    subject.product().equals(policy.product),
                    product,
                    policy.product.get().kdsName(),
                    SnpClause.REPORT));
        } else {
            checks.add(
                    Check.of("product", subject.product().isPresent(), product, "a known product", SnpClause.REPORT));
        }
        checks.add(chipId());
        return new Group("identity", checks);
    }

    private Check chipId() {
        String name = "chip id";
        if (!report.hasChipId()) {
            return policy.maskedChipIdAllowed
                    ? Check.skipped(
                            name,
                            "masked",
                            SnpClause.REPORT,
                            "the host hides it: the certificate cannot be tied to the report's processor")
                    : Check.fail(name, "masked", "the id of the processor", SnpClause.REPORT);
        }
        Optional<EndorsementKey> key = subject.key();
        if (key.isEmpty()) {
            return Check.missing(name, SnpClause.EXTENSIONS, "no readable certificate of the signer");
        }
        if (report.key().signingKey() == SigningKey.VLEK) {
            return Check.skipped(name, report.chipId().toHex(), SnpClause.EXTENSIONS, "a VLEK is not of one processor");
        }
        return Check.of(
                name,
                key.get().isOfChip(report.chipId()),
                report.chipId().toHex(),
                key.get()
                        .hwid()
                        .map(id -> id.paddedTo(report.chipId().size()).toHex())
                        .orElse("the certificate's, which has none"),
                SnpClause.EXTENSIONS);
    }

    private Group guestPolicy() {
        SnpGuestPolicy found = new SnpGuestPolicy(report.policy());
        List<Verdict> checks = new ArrayList<>();
        for (SnpGuestPolicy.Flag flag : SnpGuestPolicy.Flag.values()) {
            boolean set = found.has(flag);
            if (flag.restricts()) {
                checks.add(restriction(flag.text(), set, policy.policyRequired.contains(flag)));
            } else {
                boolean allowed = policy.policyAllowed.contains(flag);
                checks.add(Check.of(
                                flag.text(),
                                allowed || !set,
                                set ? "allowed" : "forbidden",
                                allowed ? "allowed or forbidden" : "forbidden",
                                SnpClause.POLICY)
                        .withNote(
                                set && !allowed
                                        ? "the guest policy permits " + flag.text() + ", the verifier's does not"
                                        : ""));
            }
        }
        checks.add(policy.minimumAbi
                .map(floor -> Check.of(
                        "minimum ABI",
                        found.minimumAbi().compareTo(floor) >= 0,
                        found.minimumAbi().toString(),
                        "at least " + floor,
                        SnpClause.POLICY))
                .orElseGet(() ->
                        Check.skipped("minimum ABI", found.minimumAbi().toString(), SnpClause.POLICY, NOT_ASKED)));
        return new Group("guest policy", checks);
    }

    private static Check restriction(String name, boolean set, boolean required) {
        String found = set ? "required" : "not required";
        return required
                ? Check.of(name, set, found, "required", SnpClause.POLICY)
                        .withNote(set ? "" : "required " + name + " restriction not present")
                : Check.skipped(name, found, SnpClause.POLICY, NOT_ASKED);
    }

    private Group platform() {
        PlatformInfo found = new PlatformInfo(report.platformInfo());
        List<Verdict> checks = new ArrayList<>();
        for (PlatformInfo.Flag flag : PlatformInfo.Flag.values()) {
            boolean set = found.flags().contains(flag);
            String state = set ? "on" : "off";
            if (policy.platform.isEmpty()) {
                checks.add(Check.skipped(flag.text(), state, SnpClause.PLATFORM, NOT_ASKED));
            } else if (flag.strengthens()) {
                boolean required = policy.platform.get().required().contains(flag);
                checks.add(
                        required
                                ? Check.of(flag.text(), set, state, "on", SnpClause.PLATFORM)
                                : Check.skipped(flag.text(), state, SnpClause.PLATFORM, NOT_ASKED));
            } else {
                boolean allowed = policy.platform.get().allowed().contains(flag);
                checks.add(Check.of(
                        flag.text(), allowed || !set, state, allowed ? "on or off" : "off", SnpClause.PLATFORM));
            }
        }
        return new Group("platform info", checks);
    }

    private Group guest() {
        List<Verdict> checks = new ArrayList<>();
        String vmpl = FormatChecks.vmpl(report);
        checks.add(
                policy.vmpl.isPresent()
                        ? Check.equal("vmpl", vmpl, String.valueOf(policy.vmpl.getAsInt()), SnpClause.REPORT)
                        : Check.skipped("vmpl", vmpl, SnpClause.REPORT, NOT_ASKED));
        checks.add(policy.minimumGuestSvn
                .map(floor -> Check.of(
                        "guest svn",
                        report.guestSvn() >= floor,
                        String.valueOf(report.guestSvn()),
                        "at least " + floor,
                        SnpClause.REPORT))
                .orElseGet(() ->
                        Check.skipped("guest svn", String.valueOf(report.guestSvn()), SnpClause.REPORT, NOT_ASKED)));
        for (SnpField field : SnpField.values()) {
            Bytes found = field.of(report);
            Set<Bytes> expected = policy.fields.getOrDefault(field, Set.of());
            checks.add(
                    expected.isEmpty()
                            ? Check.skipped(field.text(), found.toHex(), SnpClause.REPORT, NOT_ASKED)
                            : Check.of(
                                    field.text(),
                                    expected.contains(found),
                                    found.toHex(),
                                    anyOf(expected),
                                    SnpClause.REPORT));
        }
        return new Group("guest", checks);
    }

    private static String anyOf(Collection<Bytes> values) {
        return values.stream().map(Bytes::toHex).sorted().collect(Collectors.joining(" or "));
    }

    private Group keys() {
        KeyTrust trust = policy.keys;
        List<Verdict> checks = new ArrayList<>();
        boolean authorEnabled = report.key().authorKeyEnabled();
        boolean author = authorEnabled && trust.authorKeys().contains(report.authorKeyDigest());
        boolean id = trust.idKeys().contains(report.idKeyDigest());
        checks.add(
                trust.requireIdBlock()
                        ? Check.of(
                                        "id key",
                                        id || author,
                                        digest(report.idKeyDigest()),
                                        "one of: " + anyOf(trust.idKeys()),
                                        SnpClause.ID_BLOCK)
                                .withNote(
                                        id
                                                ? ""
                                                : author
                                                        ? "trusted by its author key"
                                                        : "the report's ID key is not trusted")
                        : Check.skipped("id key", digest(report.idKeyDigest()), SnpClause.ID_BLOCK, NOT_ASKED));
        checks.add(
                trust.requireAuthorKey()
                        ? Check.of(
                                        "author key",
                                        author,
                                        digest(report.authorKeyDigest()),
                                        "one of: " + anyOf(trust.authorKeys()),
                                        SnpClause.ID_BLOCK)
                                .withNote(authorEnabled ? "" : "the report has no author key")
                        : Check.skipped("author key", digest(report.authorKeyDigest()), SnpClause.ID_BLOCK, NOT_ASKED));
        checks.add(Check.equal(
                "author key flag",
                authorEnabled ? "set" : "clear",
                report.authorKeyDigest().isZero() ? "clear" : "set",
                SnpClause.REPORT));
        return new Group("signer of the ID block", checks);
    }

    private static String digest(Bytes digest) {
        return digest.isZero() ? "none" : digest.toHex();
    }

    private Verdict table() {
        List<Verdict> checks = new ArrayList<>();
        Set<String> asked = policy.table.stream().map(TableRule::guid).collect(Collectors.toSet());
        for (TableRule rule : policy.table) {
            Optional<Bytes> entry = subject.evidence().table().flatMap(it -> it.find(rule.guid()));
            checks.add(entry(rule, entry));
        }
        subject.evidence().table().ifPresent(it -> it.entries().stream()
                .filter(entry -> !asked.contains(entry.guid()))
                .forEach(entry -> checks.add(Check.skipped(
                        entry.guid(),
                        CertificateGuid.of(entry.guid()).map(Enum::toString).orElse("unknown") + ", "
                                + entry.content().size() + " bytes",
                        SnpClause.TABLE,
                        NOT_ASKED))));
        return checks.isEmpty()
                ? Check.skipped("certificate table", "none", SnpClause.TABLE, NOT_ASKED)
                : new Group("certificate table", checks);
    }

    private static Check entry(TableRule rule, Optional<Bytes> entry) {
        if (entry.isEmpty()) {
            return rule.required()
                    ? Check.fail(rule.guid(), "no such entry", "an entry", SnpClause.TABLE)
                    : Check.skipped(rule.guid(), "no such entry", SnpClause.TABLE, "the policy lets it be absent");
        }
        String found = Sha.sha256(entry.get()).toHex();
        return Check.of(
                rule.guid(),
                rule.sha256().map(it -> it.toHex().equals(found)).orElse(true),
                "SHA-256 " + found,
                rule.sha256().map(it -> "SHA-256 " + it.toHex()).orElse("an entry"),
                SnpClause.TABLE);
    }
}
