package dev.igvmtool.attestation.snp;

import dev.igvmtool.abi.binary.Bytes;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What an SNP report must say beyond being genuine. Options that are not set are not checked, and the verdict says so;
 * debugging, migration, SMT and CXL are forbidden unless allowed. The options are those of go-sev-guest's validation, and a
 * few more.
 */
public final class SnpPolicy {
    final Optional<SnpProduct> product;
    final Set<SigningKey> signingKeys;
    final boolean maskedChipIdAllowed;
    final boolean revocationRequired;
    final Optional<FirmwareVersion> minimumAbi;
    final Set<SnpGuestPolicy.Flag> policyAllowed;
    final Set<SnpGuestPolicy.Flag> policyRequired;
    final Optional<PlatformLimits> platform;
    final OptionalInt vmpl;
    final Optional<Long> minimumGuestSvn;
    final Map<SnpField, Set<Bytes>> fields;
    final Optional<TcbVersion> minimumTcb;
    final Optional<TcbVersion> minimumLaunchTcb;
    final boolean provisionalFirmware;
    final OptionalInt minimumBuild;
    final Optional<FirmwareVersion> minimumVersion;
    final Optional<Long> launchMitigations;
    final Optional<Long> currentMitigations;
    final KeyTrust keys;
    final List<TableRule> table;

    private SnpPolicy(Builder from) {
        product = from.product;
        signingKeys = Set.copyOf(from.signingKeys);
        maskedChipIdAllowed = from.maskedChipIdAllowed;
        revocationRequired = from.revocationRequired;
        minimumAbi = from.minimumAbi;
        policyAllowed = Set.copyOf(from.policyAllowed);
        policyRequired = Set.copyOf(from.policyRequired);
        platform = from.platform;
        vmpl = from.vmpl;
        minimumGuestSvn = from.minimumGuestSvn;
        fields = Map.copyOf(from.fields);
        minimumTcb = from.minimumTcb;
        minimumLaunchTcb = from.minimumLaunchTcb;
        provisionalFirmware = from.provisionalFirmware;
        minimumBuild = from.minimumBuild;
        minimumVersion = from.minimumVersion;
        launchMitigations = from.launchMitigations;
        currentMitigations = from.currentMitigations;
        keys = from.keys;
        table = List.copyOf(from.table);
    }

    /**
     * Bits of {@link PlatformInfo}.
     *
     * @param allowed of those that weaken the platform
     * @param required of those that strengthen it
     */
    public record PlatformLimits(Set<PlatformInfo.Flag> allowed, Set<PlatformInfo.Flag> required) {
        public PlatformLimits {
            allowed = Set.copyOf(allowed);
            required = Set.copyOf(required);
        }
    }

    /** A policy that allows nothing and asks for nothing else. */
    public static SnpPolicy strict() {
        return builder().build();
    }

    /** True if the launch digest must be one of given ones, so that no image is needed to judge it. */
    public boolean fixesMeasurement() {
        return fields.containsKey(SnpField.MEASUREMENT);
    }

    /** Starts at {@link #strict()}. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options. */
    public static final class Builder {
        private Optional<SnpProduct> product = Optional.empty();
        private Set<SigningKey> signingKeys = EnumSet.of(SigningKey.VCEK, SigningKey.VLEK);
        private boolean maskedChipIdAllowed = true;
        private boolean revocationRequired;
        private Optional<FirmwareVersion> minimumAbi = Optional.empty();
        private Set<SnpGuestPolicy.Flag> policyAllowed = Set.of();
        private Set<SnpGuestPolicy.Flag> policyRequired = Set.of();
        private Optional<PlatformLimits> platform = Optional.empty();
        private OptionalInt vmpl = OptionalInt.empty();
        private Optional<Long> minimumGuestSvn = Optional.empty();
        private final Map<SnpField, Set<Bytes>> fields = new EnumMap<>(SnpField.class);
        private Optional<TcbVersion> minimumTcb = Optional.empty();
        private Optional<TcbVersion> minimumLaunchTcb = Optional.empty();
        private boolean provisionalFirmware;
        private OptionalInt minimumBuild = OptionalInt.empty();
        private Optional<FirmwareVersion> minimumVersion = Optional.empty();
        private Optional<Long> launchMitigations = Optional.empty();
        private Optional<Long> currentMitigations = Optional.empty();
        private KeyTrust keys = KeyTrust.NONE;
        private List<TableRule> table = List.of();

        private Builder() {}

        /** The product that the report must come from; also decides what a version 2 report cannot say. */
        public Builder product(SnpProduct value) {
            product = Optional.of(value);
            return this;
        }

        /** Kinds of keys that may have signed. */
        public Builder signingKeys(Set<SigningKey> value) {
            signingKeys = value;
            return this;
        }

        /** Whether a report may hide which processor it comes from. */
        public Builder maskedChipIdAllowed(boolean value) {
            maskedChipIdAllowed = value;
            return this;
        }

        /** Whether a revocation list must be given. */
        public Builder revocationRequired(boolean value) {
            revocationRequired = value;
            return this;
        }

        /** Least ABI version that the guest policy must ask for. */
        public Builder minimumAbi(FirmwareVersion value) {
            minimumAbi = Optional.of(value);
            return this;
        }

        /** Permissive bits of the guest policy that may be set. */
        public Builder policyAllowed(Set<SnpGuestPolicy.Flag> value) {
            policyAllowed = value;
            return this;
        }

        /** Restrictive bits of the guest policy that must be set. */
        public Builder policyRequired(Set<SnpGuestPolicy.Flag> value) {
            policyRequired = value;
            return this;
        }

        /** Limits for the platform's configuration. */
        public Builder platform(PlatformLimits value) {
            platform = Optional.of(value);
            return this;
        }

        /** Privilege level that must have asked for the report, 0 to 3. */
        public Builder vmpl(int value) {
            vmpl = OptionalInt.of(value);
            return this;
        }

        /** Least security version of the guest. */
        public Builder minimumGuestSvn(long value) {
            minimumGuestSvn = Optional.of(value);
            return this;
        }

        /** Values that a field may have. */
        public Builder field(SnpField field, Set<Bytes> values) {
            values.forEach(value -> {
                if (value.size() != field.size()) {
                    throw new IllegalArgumentException(field.text() + " has " + field.size() + " bytes");
                }
            });
            fields.put(field, Set.copyOf(values));
            return this;
        }

        /** Least reported TCB, by component. */
        public Builder minimumTcb(TcbVersion value) {
            minimumTcb = Optional.of(value);
            return this;
        }

        /** Least TCB at launch, by component. */
        public Builder minimumLaunchTcb(TcbVersion value) {
            minimumLaunchTcb = Optional.of(value);
            return this;
        }

        /** Whether the platform may run firmware that it has not committed to. */
        public Builder provisionalFirmware(boolean value) {
            provisionalFirmware = value;
            return this;
        }

        /** Least firmware build. */
        public Builder minimumBuild(int value) {
            minimumBuild = OptionalInt.of(value);
            return this;
        }

        /** Least firmware version. */
        public Builder minimumVersion(FirmwareVersion value) {
            minimumVersion = Optional.of(value);
            return this;
        }

        /** Mitigations that must have been in force at launch. */
        public Builder launchMitigations(long bits) {
            launchMitigations = Optional.of(bits);
            return this;
        }

        /** Mitigations that must be in force. */
        public Builder currentMitigations(long bits) {
            currentMitigations = Optional.of(bits);
            return this;
        }

        /** Whose ID blocks are accepted. */
        public Builder keys(KeyTrust value) {
            keys = value;
            return this;
        }

        /** What the certificate table must hold. */
        public Builder table(List<TableRule> value) {
            table = value;
            return this;
        }

        /** The policy. */
        public SnpPolicy build() {
            return new SnpPolicy(this);
        }
    }
}
