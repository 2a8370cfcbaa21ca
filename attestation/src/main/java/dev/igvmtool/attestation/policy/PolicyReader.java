package dev.igvmtool.attestation.policy;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.Policy;
import dev.igvmtool.attestation.hcl.HclPolicy;
import dev.igvmtool.attestation.snp.SnpPolicy;
import dev.igvmtool.attestation.tdx.TdxPolicy;
import dev.igvmtool.attestation.vbs.VbsField;
import dev.igvmtool.attestation.vbs.VbsPolicy;
import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.DocumentReader;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Node;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Reads policies in YAML or JSON. Strict: what is unknown is refused, with its place and what was probably meant. */
public final class PolicyReader {
    private static final long U32 = 0xffff_ffffL;
    private static final int MAX_USER_DATA_BYTES = 64;

    private PolicyReader() {}

    /**
     * Reads a file.
     *
     * @throws DocumentException with file, line and column
     */
    public static Policy read(Path file) {
        return read(DocumentReader.read(file).root());
    }

    /**
     * Reads a policy given as text.
     *
     * @param name stands for the file in messages
     * @throws DocumentException with name, line and column
     */
    public static Policy read(String name, String text) {
        return read(DocumentReader.read(name, text).root());
    }

    private static Policy read(Node root) {
        PolicyFields top = new PolicyFields(root, PolicyShapes.POLICY);
        return new Policy(
                top.structure("snp", PolicyShapes.SNP)
                        .map(SnpPolicyReader::read)
                        .orElseGet(SnpPolicy::strict),
                top.structure("tdx", PolicyShapes.TDX)
                        .map(TdxPolicyReader::read)
                        .orElseGet(TdxPolicy::strict),
                top.structure("vbs", PolicyShapes.VBS).map(PolicyReader::vbs).orElseGet(VbsPolicy::strict),
                top.structure("hcl", PolicyShapes.HCL).map(PolicyReader::hcl).orElseGet(HclPolicy::none));
    }

    private static VbsPolicy vbs(PolicyFields fields) {
        Map<VbsField, Set<Bytes>> values = new EnumMap<>(VbsField.class);
        for (VbsField field : VbsField.values()) {
            Set<Bytes> expected = fields.hexes(field.text(), field.size());
            if (!expected.isEmpty()) {
                values.put(field, expected);
            }
        }
        return new VbsPolicy(
                fields.flagOr("accept_unverified_signature", false),
                fields.flagOr("allow_debug", false),
                fields.number("minimum_guest_svn", U32).map(OptionalLong::of).orElse(OptionalLong.empty()),
                values);
    }

    private static HclPolicy hcl(PolicyFields fields) {
        return new HclPolicy(
                configuration(fields), fields.hexUpTo("user_data", MAX_USER_DATA_BYTES), fields.text("require_key"));
    }

    /** Names are those of the claims, whatever they are. */
    private static Map<String, String> configuration(PolicyFields fields) {
        Map<String, String> values = new LinkedHashMap<>();
        fields.node("configuration").ifPresent(node -> {
            if (!(node instanceof Node.Mapping mapping)) {
                throw Fields.expected(node, "an object with names and values", "'configuration'");
            }
            for (Node.Member member : mapping.members()) {
                if (values.put(member.key(), value(member.value())) != null) {
                    throw DocumentException.at(member.place(), "'" + member.key() + "' stands twice");
                }
            }
        });
        return values;
    }

    private static String value(Node node) {
        if (node instanceof Node.Flag flag) {
            return String.valueOf(flag.value());
        }
        if (node instanceof Node.Numeral numeral) {
            return numeral.text();
        }
        if (node instanceof Node.Text text) {
            return text.value();
        }
        throw Fields.expected(node, "a text, a number, true or false", "a value of 'configuration'");
    }
}
