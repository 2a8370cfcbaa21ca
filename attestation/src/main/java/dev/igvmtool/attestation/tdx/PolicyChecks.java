package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** What the policy demands of a quote, and what every TD must be. */
final class PolicyChecks {
    private static final String NOT_ASKED = "the policy does not ask for it";
    // x87 and SSE are always there.
    private static final long XFAM_FIXED_1 = 0x3;
    private static final long XFAM_ALLOWED = 0x0006_dbe7L;

    private final TdxQuote quote;
    private final TdxPolicy policy;

    PolicyChecks(TdxSubject subject, TdxPolicy policy) {
        this.quote = subject.quote();
        this.policy = policy;
    }

    List<Verdict> all() {
        return List.of(attributes(), header(), fields());
    }

    private Group attributes() {
        long attributes = quote.body().tdAttributes();
        long xfam = quote.body().xfam();
        boolean debug = (attributes & TdAttributes.DEBUG) != 0;
        List<Verdict> checks = new ArrayList<>();
        checks.add(Check.of(
                "debug",
                policy.debugAllowed || !debug,
                debug ? "on" : "off",
                policy.debugAllowed ? "on or off" : "off",
                TdxClause.ATTRIBUTES));
        long known = TdAttributes.KNOWN | asked();
        checks.add(Check.of(
                "TD attributes",
                (attributes & ~known) == 0,
                hex(attributes),
                "no bits outside of " + hex(known),
                TdxClause.ATTRIBUTES));
        checks.add(Check.of(
                "XFAM",
                (xfam & XFAM_FIXED_1) == XFAM_FIXED_1 && (xfam & ~XFAM_ALLOWED) == 0,
                hex(xfam),
                "bits " + hex(XFAM_FIXED_1) + " set, none outside of " + hex(XFAM_ALLOWED),
                TdxClause.XFAM));
        return new Group("attributes of the TD", checks);
    }

    /** Attributes that the policy names are known, whatever they are. */
    private long asked() {
        return policy.fields.getOrDefault(TdxField.TD_ATTRIBUTES, Set.of()).stream()
                .mapToLong(value -> value.u64(0))
                .reduce(0, (a, b) -> a | b);
    }

    private static String hex(long value) {
        return String.format("0x%x", value);
    }

    private Group header() {
        return new Group(
                "header",
                List.of(
                        floor("minimum QE SVN", quote.header().qeSvn(), policy.minimumQeSvn),
                        floor("minimum PCE SVN", quote.header().pceSvn(), policy.minimumPceSvn)));
    }

    private static Check floor(String name, int found, OptionalInt floor) {
        return floor.isPresent()
                ? Check.of(
                        name,
                        found >= floor.getAsInt(),
                        String.valueOf(found),
                        "at least " + floor.getAsInt(),
                        TdxClause.QUOTE)
                : Check.skipped(name, String.valueOf(found), TdxClause.QUOTE, NOT_ASKED);
    }

    private Group fields() {
        List<Verdict> checks = new ArrayList<>();
        for (TdxField field : TdxField.values()) {
            Optional<Bytes> found = field.of(quote);
            Set<Bytes> expected = policy.fields.getOrDefault(field, Set.of());
            if (expected.isEmpty()) {
                checks.add(Check.skipped(field.text(), found.map(Bytes::toHex).orElse(""), TdxClause.BODY, NOT_ASKED));
            } else {
                checks.add(Check.of(
                        field.text(),
                        found.map(expected::contains).orElse(false),
                        found.map(Bytes::toHex)
                                .orElse("no such field in a quote of version "
                                        + quote.header().version()),
                        expected.stream().map(Bytes::toHex).sorted().collect(Collectors.joining(" or ")),
                        TdxClause.BODY));
            }
        }
        return new Group("measurements and identities", checks);
    }
}
