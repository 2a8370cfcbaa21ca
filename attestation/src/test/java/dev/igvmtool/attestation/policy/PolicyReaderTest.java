package dev.igvmtool.attestation.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.Policy;
import dev.igvmtool.attestation.Samples;
import dev.igvmtool.attestation.made.MadeAmd;
import dev.igvmtool.attestation.made.MadeCertificates;
import dev.igvmtool.attestation.snp.SigningKey;
import dev.igvmtool.attestation.snp.SnpEvidence;
import dev.igvmtool.attestation.snp.SnpProduct;
import dev.igvmtool.attestation.snp.SnpVerifier;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.Shape;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PolicyReaderTest {
    private static final MadeAmd MILAN = MadeAmd.of(SnpProduct.MILAN, SigningKey.VCEK);

    private static Policy read(String text) {
        return PolicyReader.read("policy.yaml", text);
    }

    /** Names of what fails when a made report meets a policy. */
    private static List<String> failures(String policy) {
        SnpEvidence evidence = SnpEvidence.read(MILAN.sign(MILAN.report(5))).with(MILAN.chain(MILAN.leaf()), List.of());
        return Samples.failures(new Group(
                "report",
                new SnpVerifier(read(policy).snp(), MILAN.anchors(), Instant.parse("2026-06-01T00:00:00Z"))
                        .verify(evidence)));
    }

    /** Every SNP option: a value that the made report meets, and one that it fails with the check that fails. */
    private static final List<Map.Entry<String, String>> OPTIONS = List.of(
            Map.entry("product: milan", "product: genoa -> product"),
            Map.entry("signing_keys: [vcek]", "signing_keys: vlek -> signing key"),
            Map.entry("guest_policy: {minimum_abi: 1.55}", "guest_policy: {minimum_abi: 1.56} -> minimum ABI"),
            Map.entry("guest_policy: {allow: debug}", "guest_policy: {require: [single_socket]} -> single_socket"),
            Map.entry("guest_policy: {require: []}", "guest_policy: {require: aes_256_xts} -> aes_256_xts"),
            Map.entry("guest_policy: {allow: [smt]}", "guest_policy: {require: rapl_disabled} -> rapl_disabled"),
            Map.entry(
                    "guest_policy: {allow: [cxl]}", "guest_policy: {require: ciphertext_hiding} -> ciphertext_hiding"),
            Map.entry("guest_policy: {}", "guest_policy: {require: page_swap_disabled} -> page_swap_disabled"),
            Map.entry("platform_info: {allow: tio, require: [ecc, alias_check]}", "platform_info: {} -> tio"),
            Map.entry(
                    "platform_info: {allow: tio}",
                    "platform_info: {allow: tio, require: rapl_disabled} -> rapl_disabled"),
            Map.entry("vmpl: 0", "vmpl: 1 -> vmpl"),
            Map.entry("minimum_guest_svn: 7", "minimum_guest_svn: 8 -> guest svn"),
            Map.entry("measurement: " + "4d".repeat(48), "measurement: " + "4e".repeat(48) + " -> measurement"),
            Map.entry(
                    "measurement: [" + "4e".repeat(48) + ", " + "4d".repeat(48) + "]",
                    "measurement: ['" + "00".repeat(48) + "'] -> measurement"),
            Map.entry(
                    "report_data: '" + "0d".repeat(64) + "'", "report_data: '" + "00".repeat(64) + "' -> report_data"),
            Map.entry("host_data: '" + "00".repeat(32) + "'", "host_data: '" + "01".repeat(32) + "' -> host_data"),
            Map.entry("family_id: '" + "00".repeat(16) + "'", "family_id: '" + "01".repeat(16) + "' -> family_id"),
            Map.entry("image_id: '" + "00".repeat(16) + "'", "image_id: '" + "01".repeat(16) + "' -> image_id"),
            Map.entry("report_id: '" + "1d".repeat(32) + "'", "report_id: '" + "01".repeat(32) + "' -> report_id"),
            Map.entry(
                    "report_id_ma: '" + "ff".repeat(32) + "'",
                    "report_id_ma: '" + "01".repeat(32) + "' -> report_id_ma"),
            Map.entry("chip_id: '" + "c1".repeat(64) + "'", "chip_id: '" + "01".repeat(64) + "' -> chip_id"),
            Map.entry("minimum_tcb: {microcode: 72, snp: 22}", "minimum_tcb: {snp: 23} -> minimum REPORTED_TCB"),
            Map.entry("minimum_tcb: {fmc: 0}", "minimum_tcb: {fmc: 1} -> minimum REPORTED_TCB"),
            Map.entry("minimum_launch_tcb: {tee: 1}", "minimum_launch_tcb: {boot_loader: 5} -> minimum LAUNCH_TCB"),
            Map.entry("minimum_build: 21", "minimum_build: 22 -> minimum firmware build"),
            Map.entry("minimum_version: 1.55", "minimum_version: '1.56' -> minimum firmware version"),
            Map.entry("launch_mitigations: 0xf", "launch_mitigations: 0x10 -> launch mitigations"),
            Map.entry("current_mitigations: 15", "current_mitigations: 31 -> current mitigations"),
            Map.entry("require_id_block: false", "require_id_block: true -> id key"),
            Map.entry(
                    "require_author_key: false",
                    "{require_id_block: false, require_author_key: true} -> id key, author key"),
            Map.entry(
                    "certificate_table: [{guid: 63da758d-e664-4564-adc5-f4b93be8accd, required: false}]",
                    "certificate_table: [{guid: 63DA758D-e664-4564-adc5-f4b93be8accd}] ->"
                            + " 63da758d-e664-4564-adc5-f4b93be8accd"));

    @Test
    void everyOptionPassesAndFails() {
        for (Map.Entry<String, String> option : OPTIONS) {
            assertEquals(List.of(), failures("snp: { " + option.getKey() + " }"), option.getKey());
            String[] bad = option.getValue().split(" -> ", -1);
            String body = bad[0].startsWith("{") ? bad[0] : "{ " + bad[0] + " }";
            assertEquals(List.of(bad[1].split(", ", -1)), failures("snp: " + body), bad[0]);
        }
    }

    @Test
    void optionsInTheTestAreAllThereAre() {
        String tested = OPTIONS.toString() + " allow_masked_chip_id require_revocation_lists allow_provisional_firmware"
                + " trusted_id_keys trusted_author_keys";
        for (Shape shape :
                List.of(PolicyShapes.SNP, PolicyShapes.GUEST_POLICY, PolicyShapes.PLATFORM_INFO, PolicyShapes.TCB)) {
            shape.known(true).forEach(name -> assertTrue(tested.contains(name), name));
        }
    }

    @Test
    void trustedKeysMayBeDigestsOrPem() {
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(
                                MadeCertificates.ec("secp384r1").getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        String text = "snp:\n  require_id_block: true\n  trusted_id_keys:\n    - " + "ab".repeat(48)
                + "\n    - |\n      " + pem.strip().replace("\n", "\n      ") + "\n";
        assertEquals(List.of("id key"), failures(text));
        String wrong = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(
                                MadeCertificates.ec("secp256r1").getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        String message = assertThrows(
                        DocumentException.class,
                        () -> read("snp:\n  trusted_id_keys: |\n    "
                                + wrong.strip().replace("\n", "\n    ")))
                .getMessage();
        assertTrue(message.contains("EC key, expected one on P-384"), message);
    }

    @Test
    void mistakesAreNamedWithTheirPlace() {
        for (String[] mistake : new String[][] {
            {
                "snp: { minimum_tbc: {} }",
                "line 1, column 8: unknown field 'minimum_tbc' in 'snp', did you mean 'minimum_tcb'?"
            },
            {"sev: {}", "unknown field 'sev' in the policy"},
            {"snp: { vmpl: 4 }", "'vmpl' is the number 4, expected a whole number from 0 to 3"},
            {"snp: { host_data: 00 }", "'host_data' is the number 00, expected 64 hexadecimal digits"},
            {"snp: { minimum_version: 1 }", "expected a version such as 1.49"},
            {"snp: { minimum_version: 1.256 }", "expected a version such as 1.49"},
            {"snp: { guest_policy: { allow: [single_socket] } }", "expected one of smt, migration, debug, cxl"},
            {"snp: { minimum_tcb: { snp: 256 } }", "expected a whole number from 0 to 255"},
            {"snp: { product: rome }", "expected one of milan, genoa, turin, venice"},
            {"snp: { vmpl: 0, vmpl: 0 }", "repeated"},
            {"tdx: { tcb_status: [Fine] }", "expected one of Revoked"},
            {"tdx: { mr_td: [1, 2] }", "expected 96 hexadecimal digits"},
            {"hcl: { configuration: [] }", "expected an object with names and values"},
            {"hcl: { user_data: abc }", "hexadecimal digits"},
            {"a: &a [1]\nb: *a", ""},
            {"", "empty"}
        }) {
            String message = assertThrows(DocumentException.class, () -> read(mistake[0]), mistake[0])
                    .getMessage();
            assertTrue(message.startsWith("policy.yaml: ") && message.contains(mistake[1]), message);
        }
    }

    @Test
    void othersAreReadToo() {
        Policy policy = read("""
                tdx:
                  allow_debug: true
                  tcb_status: [UpToDate, SWHardeningNeeded]
                  minimum_tee_tcb_svn: '03000400000000000000000000000000'
                vbs: { accept_unverified_signature: true, minimum_guest_svn: 2, measurement: %s }
                hcl:
                  configuration: { secure-boot: true, hardware-sealing-policy: none }
                  user_data: 0102
                  require_key: HCLAkPub
                """.formatted("ab".repeat(32)));
        assertTrue(policy.vbs().unverifiedSignatureAccepted() && policy.vbs().fixesMeasurement());
        assertEquals(2, policy.vbs().minimumGuestSvn().orElseThrow());
        assertEquals(
                Map.of("secure-boot", "true", "hardware-sealing-policy", "none"),
                policy.hcl().configuration());
        assertEquals(Bytes.fromHex("0102"), policy.hcl().userData().orElseThrow());
        assertEquals("HCLAkPub", policy.hcl().requiredKey().orElseThrow());
    }

    @Test
    void schemaHasTheSameNames() throws IOException {
        JsonNode tree = new JsonMapper().readTree(PolicySchema.text());
        for (Shape shape : PolicyShapes.ALL) {
            Set<String> names = new TreeSet<>();
            JsonNode definition = tree.path("$defs").path(shape.id());
            definition.path("properties").fieldNames().forEachRemaining(names::add);
            assertEquals(new TreeSet<>(shape.known(true)), names, shape.id());
            assertTrue(!definition.path("additionalProperties").asBoolean(true), shape.id());
        }
    }

    @Test
    void schemaAcceptsWhatTheReaderAccepts() throws IOException {
        JsonSchema schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(new JsonMapper().readTree(PolicySchema.text()));
        List<String> texts = new ArrayList<>();
        OPTIONS.forEach(option -> {
            texts.add("snp: { " + option.getKey() + " }");
            String bad = option.getValue().split(" -> ", -1)[0];
            texts.add("snp: " + (bad.startsWith("{") ? bad : "{ " + bad + " }"));
        });
        for (String text : texts) {
            read(text);
            assertEquals(Set.of(), schema.validate(new YAMLMapper().readTree(text)), text);
        }
        for (String text : List.of("snp: { vmpl: 4 }", "snp: { host_data: ab }", "tdx: { debug: true }", "sev: {}")) {
            assertThrows(DocumentException.class, () -> read(text));
            assertTrue(!schema.validate(new YAMLMapper().readTree(text)).isEmpty(), text);
        }
    }

    @Test
    void emptyPolicyIsStrict() {
        assertEquals(List.of(), failures("snp: {}"));
    }
}
