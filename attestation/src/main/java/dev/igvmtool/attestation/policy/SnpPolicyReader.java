package dev.igvmtool.attestation.policy;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.snp.KeyTrust;
import dev.igvmtool.attestation.snp.PlatformInfo;
import dev.igvmtool.attestation.snp.SigningKey;
import dev.igvmtool.attestation.snp.SnpField;
import dev.igvmtool.attestation.snp.SnpGuestPolicy;
import dev.igvmtool.attestation.snp.SnpPolicy;
import dev.igvmtool.attestation.snp.SnpProduct;
import dev.igvmtool.attestation.snp.TableRule;
import dev.igvmtool.attestation.snp.TcbPart;
import dev.igvmtool.attestation.snp.TcbVersion;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads {@code snp} of a policy. */
final class SnpPolicyReader {
    private static final long U32 = 0xffff_ffffL;
    private static final int MAX_VMPL = 3;
    private static final int SHA256_BYTES = 32;

    private final PolicyFields fields;
    private final SnpPolicy.Builder policy = SnpPolicy.builder();

    private SnpPolicyReader(PolicyFields fields) {
        this.fields = fields;
    }

    static SnpPolicy read(PolicyFields fields) {
        SnpPolicyReader reader = new SnpPolicyReader(fields);
        reader.identity();
        reader.guest();
        reader.firmware();
        reader.keys();
        return reader.policy.build();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private void identity() {
        fields.choice("product", PolicyFields.all(SnpProduct.class), SnpPolicyReader::lower)
                .ifPresent(policy::product);
        fields.choices("signing_keys", List.of(SigningKey.VCEK, SigningKey.VLEK), SnpPolicyReader::lower)
                .ifPresent(policy::signingKeys);
        policy.maskedChipIdAllowed(fields.flagOr("allow_masked_chip_id", true));
        policy.revocationRequired(fields.flagOr("require_revocation_lists", false));
        policy.table(fields.structures("certificate_table", PolicyShapes.TABLE_ENTRY).stream()
                .map(entry -> new TableRule(
                        entry.requiredText("guid").toLowerCase(Locale.ROOT),
                        entry.flagOr("required", true),
                        entry.hex("sha256", SHA256_BYTES)))
                .toList());
    }

    private void guest() {
        fields.structure("guest_policy", PolicyShapes.GUEST_POLICY).ifPresent(guest -> {
            guest.version("minimum_abi").ifPresent(policy::minimumAbi);
            List<SnpGuestPolicy.Flag> flags = PolicyFields.all(SnpGuestPolicy.Flag.class);
            guest.choices("allow", flags.stream().filter(it -> !it.restricts()).toList(), SnpGuestPolicy.Flag::text)
                    .ifPresent(policy::policyAllowed);
            guest.choices(
                            "require",
                            flags.stream()
                                    .filter(SnpGuestPolicy.Flag::restricts)
                                    .toList(),
                            SnpGuestPolicy.Flag::text)
                    .ifPresent(policy::policyRequired);
        });
        fields.structure("platform_info", PolicyShapes.PLATFORM_INFO).ifPresent(platform -> {
            List<PlatformInfo.Flag> flags = PolicyFields.all(PlatformInfo.Flag.class);
            policy.platform(new SnpPolicy.PlatformLimits(
                    platform.choices(
                                    "allow",
                                    flags.stream()
                                            .filter(it -> !it.strengthens())
                                            .toList(),
                                    PlatformInfo.Flag::text)
                            .orElse(Set.of()),
                    platform.choices(
                                    "require",
                                    flags.stream()
                                            .filter(PlatformInfo.Flag::strengthens)
                                            .toList(),
                                    PlatformInfo.Flag::text)
                            .orElse(Set.of())));
        });
        fields.integer("vmpl", MAX_VMPL).ifPresent(policy::vmpl);
        fields.number("minimum_guest_svn", U32).ifPresent(policy::minimumGuestSvn);
        for (SnpField field : SnpField.values()) {
            Set<Bytes> values = fields.hexes(field.text(), field.size());
            if (!values.isEmpty()) {
                policy.field(field, values);
            }
        }
    }

    private void firmware() {
        tcb("minimum_tcb").ifPresent(policy::minimumTcb);
        tcb("minimum_launch_tcb").ifPresent(policy::minimumLaunchTcb);
        policy.provisionalFirmware(fields.flagOr("allow_provisional_firmware", false));
        fields.integer("minimum_build", 0xff).ifPresent(policy::minimumBuild);
        fields.version("minimum_version").ifPresent(policy::minimumVersion);
        fields.number("launch_mitigations", -1L).ifPresent(policy::launchMitigations);
        fields.number("current_mitigations", -1L).ifPresent(policy::currentMitigations);
    }

    private Optional<TcbVersion> tcb(String name) {
        return fields.structure(name, PolicyShapes.TCB).map(parts -> {
            Map<TcbPart, Integer> versions = new EnumMap<>(TcbPart.class);
            for (TcbPart part : TcbPart.values()) {
                if (part != TcbPart.RESERVED) {
                    parts.integer(part.text(), 0xff).ifPresent(version -> versions.put(part, version));
                }
            }
            return new TcbVersion(versions);
        });
    }

    private void keys() {
        policy.keys(new KeyTrust(
                fields.flagOr("require_id_block", false),
                fields.flagOr("require_author_key", false),
                keys("trusted_id_keys"),
                keys("trusted_author_keys")));
    }

    private Set<Bytes> keys(String name) {
        return fields.list(name).stream()
                .map(node -> TrustedKey.digest(node, name))
                .collect(Collectors.toSet());
    }
}
