package dev.igvmtool.attestation.hcl;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.json.JsonDocument;
import dev.igvmtool.attestation.json.JsonObject;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What the run-time claims say, against the policy. */
final class ClaimChecks {
    private static final String CLAUSE = "OpenHCL attestation protocol, runtime claims";
    private static final String NOT_ASKED = "the policy does not ask for it";
    private static final int MAX_SHOWN_KEYS = 16;
    private static final int USER_DATA_BYTES = 64;

    private final HclPolicy policy;

    ClaimChecks(HclPolicy policy) {
        this.policy = policy;
    }

    Verdict of(Bytes claims) {
        try {
            JsonObject object = JsonDocument.read(claims).root();
            List<Verdict> checks = new ArrayList<>(keys(object));
            checks.addAll(configuration(object));
            checks.add(userData(object));
            return new Group("runtime claims", checks);
        } catch (FormatException e) {
            return Check.fail("runtime claims", e.getMessage(), "a JSON object with keys and vm-configuration", CLAUSE);
        }
    }

    private List<Verdict> keys(JsonObject claims) {
        List<Verdict> checks = new ArrayList<>();
        Map<String, String> keys = new LinkedHashMap<>();
        for (JsonObject key : claims.objects("keys")) {
            keys.put(
                    key.requiredText("kid"),
                    key.requiredText("kty") + ", for " + String.join(", ", key.texts("key_ops")));
        }
        keys.entrySet().stream()
                .limit(MAX_SHOWN_KEYS)
                .forEach(key -> checks.add(Check.skipped(
                        "key " + key.getKey(), key.getValue(), CLAUSE, "bound by the platform's report")));
        policy.requiredKey()
                .ifPresent(kid -> checks.add(Check.of(
                        "required key",
                        keys.containsKey(kid),
                        keys.isEmpty() ? "no key" : String.join(", ", keys.keySet()),
                        kid,
                        CLAUSE)));
        return checks;
    }

    private List<Verdict> configuration(JsonObject claims) {
        Map<String, String> found =
                claims.object("vm-configuration").map(JsonObject::simpleMembers).orElse(Map.of());
        TreeSet<String> names = new TreeSet<>(found.keySet());
        names.addAll(policy.configuration().keySet());
        List<Verdict> checks = new ArrayList<>();
        for (String name : names) {
            String value = found.getOrDefault(name, "not there");
            String expected = policy.configuration().get(name);
            checks.add(
                    expected == null
                            ? Check.skipped(name, value, CLAUSE, NOT_ASKED)
                            : Check.equal(name, value, expected, CLAUSE));
        }
        return checks;
    }

    private Check userData(JsonObject claims) {
        String found = claims.text("user-data").orElse("none");
        if (policy.userData().isEmpty()) {
            return Check.skipped("user data", found, CLAUSE, NOT_ASKED);
        }
        String expected = policy.userData().get().paddedTo(USER_DATA_BYTES).toHex();
        return Check.equal("user data", found, expected, CLAUSE);
    }
}
