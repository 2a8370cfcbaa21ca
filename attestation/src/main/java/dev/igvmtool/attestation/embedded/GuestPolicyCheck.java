package dev.igvmtool.attestation.embedded;

import dev.igvmtool.attestation.snp.SnpGuestPolicy;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.format.header.GuestPolicy;
import java.util.List;

/** The launch policy of an SNP guest. */
final class GuestPolicyCheck {
    private static final String NAME = "guest policy";
    private static final String CLAUSE = "SEV-SNP ABI (56860), guest policy";

    private GuestPolicyCheck() {}

    static Check check(List<GuestPolicy> policies) {
        if (policies.size() != 1) {
            return Check.fail(NAME, policies.size() + " policies", "one policy", "IGVM, IGVM_VHS_GUEST_POLICY");
        }
        SnpGuestPolicy policy = new SnpGuestPolicy(policies.get(0).policy());
        return Check.of(
                        NAME,
                        policy.isWellFormed(),
                        policy.toString(),
                        policy.isWellFormed() ? policy.toString() : "bit 17 set, bits 26 to 63 clear",
                        CLAUSE)
                .withNote(policy.has(SnpGuestPolicy.Flag.DEBUG) ? "the host may debug the guest" : "");
    }
}
