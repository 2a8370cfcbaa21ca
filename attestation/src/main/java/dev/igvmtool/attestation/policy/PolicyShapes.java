package dev.igvmtool.attestation.policy;

import dev.igvmtool.attestation.snp.SnpField;
import dev.igvmtool.attestation.snp.TcbPart;
import dev.igvmtool.attestation.tdx.TdxField;
import dev.igvmtool.attestation.vbs.VbsField;
import dev.igvmtool.document.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The structures of a policy, each with its fields; the published schema has the same ones. */
final class PolicyShapes {
    static final Shape POLICY = Shape.of("policy", "the policy", "snp", "tdx", "vbs", "hcl");

    static final Shape SNP = shape(
            "snp",
            Arrays.stream(SnpField.values()).map(SnpField::text),
            "product",
            "signing_keys",
            "allow_masked_chip_id",
            "require_revocation_lists",
            "guest_policy",
            "platform_info",
            "vmpl",
            "minimum_guest_svn",
            "minimum_tcb",
            "minimum_launch_tcb",
            "allow_provisional_firmware",
            "minimum_build",
            "minimum_version",
            "launch_mitigations",
            "current_mitigations",
            "require_id_block",
            "require_author_key",
            "trusted_id_keys",
            "trusted_author_keys",
            "certificate_table");

    static final Shape GUEST_POLICY = Shape.of("guest_policy", "'guest_policy'", "minimum_abi", "allow", "require");
    static final Shape PLATFORM_INFO = Shape.of("platform_info", "'platform_info'", "allow", "require");
    static final Shape TCB = shape(
            "tcb",
            Arrays.stream(TcbPart.values()).filter(it -> it != TcbPart.RESERVED).map(TcbPart::text));
    static final Shape TABLE_ENTRY =
            Shape.of("table_entry", "an entry of 'certificate_table'", "guid", "required", "sha256");

    static final Shape TDX = shape(
            "tdx",
            Arrays.stream(TdxField.values()).map(TdxField::text),
            "allow_debug",
            "require_revocation_lists",
            "tcb_status",
            "forbidden_advisories",
            "minimum_tcb_evaluation",
            "minimum_qe_svn",
            "minimum_pce_svn",
            "qe_vendor_id",
            "minimum_tee_tcb_svn");

    static final Shape VBS = shape(
            "vbs",
            Arrays.stream(VbsField.values()).map(VbsField::text),
            "accept_unverified_signature",
            "allow_debug",
            "minimum_guest_svn");

    static final Shape HCL = Shape.of("hcl", "'hcl'", "configuration", "user_data", "require_key");

    /** All of them. */
    static final List<Shape> ALL = List.of(POLICY, SNP, GUEST_POLICY, PLATFORM_INFO, TCB, TABLE_ENTRY, TDX, VBS, HCL);

    private PolicyShapes() {}

    private static Shape shape(String id, Stream<String> fields, String... more) {
        String[] names = Stream.concat(fields, Stream.of(more)).toArray(String[]::new);
        return Shape.of(id, "'" + id + "'", names);
    }
}
