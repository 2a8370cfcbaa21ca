package dev.igvmtool.builder.manifest;

import dev.igvmtool.builder.manifest.IsolationConfig.InjectionType;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Node;
import dev.igvmtool.document.Quoted;
import dev.igvmtool.document.Shape;
import dev.igvmtool.document.Variant;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code isolation_type}. In our own form a {@code policy} may be an object with a name for each bit, in place of a
 * number and {@code enable_debug}.
 */
final class IsolationReader {
    private static final long U8 = 0xff;
    private static final long U64 = -1L;
    private static final Pattern ABI = Pattern.compile("(0|[1-9][0-9]{0,2})\\.(0|[1-9][0-9]{0,2})");
    private static final String DEFAULT_ABI = "0.31";

    /** Bit 17 of the SNP guest policy must be one. */
    private static final long SNP_MUST_BE_ONE = 1 << 17;

    private static final int SNP_DEBUG = 19;

    /** Position of each named bit. AMD SEV-SNP firmware ABI, table 10. */
    private static final List<Bit> SNP_BITS = List.of(
            new Bit("smt", 16, true),
            new Bit("migrate_ma", 18, false),
            new Bit("debug", SNP_DEBUG, false),
            new Bit("single_socket", 20, false),
            new Bit("cxl_allow", 21, false),
            new Bit("mem_aes_256_xts", 22, false),
            new Bit("rapl_dis", 23, false),
            new Bit("ciphertext_hiding_dram", 24, false),
            new Bit("page_swap_disable", 25, false));

    private final boolean own;

    IsolationReader(boolean own) {
        this.own = own;
    }

    private record Bit(String name, int position, boolean otherwise) {}

    IsolationConfig read(Node node) {
        Variant variant = Variant.read(node, Shapes.ISOLATION);
        return switch (variant.name()) {
            case "none" -> {
                variant.unit();
                yield new IsolationConfig.None();
            }
            case "vbs" -> vbs(new Fields(variant.fields(), Shapes.VBS, own));
            case "snp" -> snp(new Fields(variant.fields(), Shapes.SNP, own));
            default -> tdx(new Fields(variant.fields(), Shapes.TDX, own));
        };
    }

    private IsolationConfig vbs(Fields fields) {
        if (hasNamedPolicy(fields, "enable_debug")) {
            return new IsolationConfig.Vbs(policy(fields, Shapes.VBS_POLICY).flagOr("debug", false));
        }
        return new IsolationConfig.Vbs(fields.requiredFlag("enable_debug"));
    }

    private IsolationConfig tdx(Fields fields) {
        if (hasNamedPolicy(fields, "enable_debug", "sept_ve_disable")) {
            Fields policy = policy(fields, Shapes.TDX_POLICY);
            return new IsolationConfig.Tdx(policy.flagOr("debug", false), policy.requiredFlag("sept_ve_disable"));
        }
        return new IsolationConfig.Tdx(fields.requiredFlag("enable_debug"), fields.requiredFlag("sept_ve_disable"));
    }

    private IsolationConfig snp(Fields fields) {
        OptionalLong bits = fields.optionalInteger("shared_gpa_boundary_bits", U8);
        Variant injection = Variant.read(fields.required("injection_type"), Shapes.INJECTION_TYPE)
                .unit();
        boolean secureAvic = fields.optional("secure_avic")
                .map(it -> Variant.read(it, Shapes.SECURE_AVIC).unit().name().equals("enabled"))
                .orElse(false);
        boolean debug;
        long policy;
        if (hasNamedPolicy(fields, "enable_debug")) {
            policy = snpPolicy(policy(fields, Shapes.SNP_POLICY));
            debug = (policy >> SNP_DEBUG & 1) != 0;
        } else {
            policy = fields.requiredInteger("policy", U64);
            debug = fields.requiredFlag("enable_debug");
            if (own && !debug && (policy >> SNP_DEBUG & 1) != 0) {
                throw fields.at("policy", "bit 19 (debug) of 'policy' would have no effect: 'enable_debug' is false");
            }
        }
        return new IsolationConfig.Snp(
                bits.isPresent() ? OptionalInt.of((int) bits.getAsLong()) : OptionalInt.empty(),
                policy,
                debug,
                injection.name().equals("normal") ? InjectionType.NORMAL : InjectionType.RESTRICTED,
                secureAvic);
    }

    /** @param numbered fields that the named form takes the place of */
    private boolean hasNamedPolicy(Fields fields, String... numbered) {
        if (!own || !(fields.optional("policy").orElse(null) instanceof Node.Mapping)) {
            if (own && !fields.what().equals(Shapes.SNP.what()) && fields.has("policy")) {
                throw Fields.expected(fields.required("policy"), "an object", "'policy'");
            }
            return false;
        }
        for (String field : numbered) {
            if (fields.has(field)) {
                throw fields.at(field, "'" + field + "' and an object 'policy' say the same, expected one of them");
            }
        }
        return true;
    }

    private static Fields policy(Fields fields, Shape shape) {
        return new Fields(fields.required("policy"), shape, true);
    }

    private static long snpPolicy(Fields fields) {
        String abi = fields.textOr("abi", DEFAULT_ABI);
        Matcher matcher = ABI.matcher(abi);
        if (!matcher.matches() || Math.max(number(matcher, 1), number(matcher, 2)) > U8) {
            throw fields.at(
                    "abi", "'abi' is '" + Quoted.of(abi) + "', expected \"MAJOR.MINOR\" such as \"0.31\", in quotes");
        }
        long policy = SNP_MUST_BE_ONE | number(matcher, 1) << 8 | number(matcher, 2);
        for (Bit bit : SNP_BITS) {
            policy |= (fields.flagOr(bit.name, bit.otherwise) ? 1L : 0L) << bit.position;
        }
        return policy;
    }

    private static long number(Matcher matcher, int group) {
        return Long.parseLong(matcher.group(group));
    }
}
