package dev.igvmtool.attestation.policy;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.tdx.TcbStatus;
import dev.igvmtool.attestation.tdx.TdxField;
import dev.igvmtool.attestation.tdx.TdxPolicy;
import java.util.Set;

/** Reads {@code tdx} of a policy. */
final class TdxPolicyReader {
    private static final int U16 = 0xffff;
    private static final int ID_BYTES = 16;

    private TdxPolicyReader() {}

    static TdxPolicy read(PolicyFields fields) {
        TdxPolicy.Builder policy = TdxPolicy.builder();
        policy.debugAllowed(fields.flagOr("allow_debug", false));
        policy.revocationRequired(fields.flagOr("require_revocation_lists", false));
        fields.choices("tcb_status", PolicyFields.all(TcbStatus.class), TcbStatus::text)
                .ifPresent(policy::statuses);
        policy.forbiddenAdvisories(fields.texts("forbidden_advisories"));
        fields.integer("minimum_tcb_evaluation", Integer.MAX_VALUE).ifPresent(policy::minimumEvaluationNumber);
        fields.integer("minimum_qe_svn", U16).ifPresent(policy::minimumQeSvn);
        fields.integer("minimum_pce_svn", U16).ifPresent(policy::minimumPceSvn);
        fields.hex("qe_vendor_id", ID_BYTES).ifPresent(policy::qeVendorId);
        fields.hex("minimum_tee_tcb_svn", ID_BYTES).ifPresent(policy::minimumTeeTcbSvn);
        for (TdxField field : TdxField.values()) {
            Set<Bytes> values = fields.hexes(field.text(), field.size());
            if (!values.isEmpty()) {
                policy.field(field, values);
            }
        }
        return policy.build();
    }
}
