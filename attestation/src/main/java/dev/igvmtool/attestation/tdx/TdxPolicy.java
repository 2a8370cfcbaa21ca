package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.Bytes;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a TDX quote must say beyond being genuine. Options that are not set are not checked, and the verdict says so;
 * debugging is forbidden unless allowed, and the platform must be up to date unless another status is allowed. The options
 * are those of go-tdx-guest's validation, and a few more.
 */
public final class TdxPolicy {
    final boolean debugAllowed;
    final boolean revocationRequired;
    final Set<TcbStatus> statuses;
    final Set<String> forbiddenAdvisories;
    final OptionalInt minimumEvaluationNumber;
    final OptionalInt minimumQeSvn;
    final OptionalInt minimumPceSvn;
    final Optional<Bytes> qeVendorId;
    final Optional<Bytes> minimumTeeTcbSvn;
    final Map<TdxField, Set<Bytes>> fields;

    private TdxPolicy(Builder from) {
        debugAllowed = from.debugAllowed;
        revocationRequired = from.revocationRequired;
        statuses = Set.copyOf(from.statuses);
        forbiddenAdvisories = Set.copyOf(from.forbiddenAdvisories);
        minimumEvaluationNumber = from.minimumEvaluationNumber;
        minimumQeSvn = from.minimumQeSvn;
        minimumPceSvn = from.minimumPceSvn;
        qeVendorId = from.qeVendorId;
        minimumTeeTcbSvn = from.minimumTeeTcbSvn;
        fields = Map.copyOf(from.fields);
    }

    /** A policy that allows nothing and asks for nothing else. */
    public static TdxPolicy strict() {
        return builder().build();
    }

    /** True if MRTD must be one of given ones, so that no image is needed to judge it. */
    public boolean fixesMeasurement() {
        return fields.containsKey(TdxField.MR_TD);
    }

    /** Starts at {@link #strict()}. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options. */
    public static final class Builder {
        private boolean debugAllowed;
        private boolean revocationRequired;
        private Set<TcbStatus> statuses = EnumSet.of(TcbStatus.UP_TO_DATE);
        private Set<String> forbiddenAdvisories = Set.of();
        private OptionalInt minimumEvaluationNumber = OptionalInt.empty();
        private OptionalInt minimumQeSvn = OptionalInt.empty();
        private OptionalInt minimumPceSvn = OptionalInt.empty();
        private Optional<Bytes> qeVendorId = Optional.empty();
        private Optional<Bytes> minimumTeeTcbSvn = Optional.empty();
        private final Map<TdxField, Set<Bytes>> fields = new EnumMap<>(TdxField.class);

        private Builder() {}

        /** Whether the host may look into the TD. */
        public Builder debugAllowed(boolean value) {
            debugAllowed = value;
            return this;
        }

        /** Whether revocation lists must be given. */
        public Builder revocationRequired(boolean value) {
            revocationRequired = value;
            return this;
        }

        /** What the platform's status may be; a revoked one never passes. */
        public Builder statuses(Set<TcbStatus> value) {
            statuses = value;
            return this;
        }

        /** Advisories that must not apply, such as {@code INTEL-SA-00837}. */
        public Builder forbiddenAdvisories(Set<String> value) {
            forbiddenAdvisories = value;
            return this;
        }

        /** Least number of the TCB evaluation that the collateral comes from. */
        public Builder minimumEvaluationNumber(int value) {
            minimumEvaluationNumber = OptionalInt.of(value);
            return this;
        }

        /** Least QE SVN in the header. */
        public Builder minimumQeSvn(int value) {
            minimumQeSvn = OptionalInt.of(value);
            return this;
        }

        /** Least PCE SVN in the header. */
        public Builder minimumPceSvn(int value) {
            minimumPceSvn = OptionalInt.of(value);
            return this;
        }

        /** Vendor of the quoting enclave, 16 bytes; Intel's is expected unless another is set. */
        public Builder qeVendorId(Bytes value) {
            qeVendorId = Optional.of(value);
            return this;
        }

        /** Least TEE_TCB_SVN, 16 bytes, each compared for itself. */
        public Builder minimumTeeTcbSvn(Bytes value) {
            minimumTeeTcbSvn = Optional.of(value);
            return this;
        }

        /** Values that a field may have. */
        public Builder field(TdxField field, Set<Bytes> values) {
            values.forEach(value -> {
                if (value.size() != field.size()) {
                    throw new IllegalArgumentException(field.text() + " has " + field.size() + " bytes");
                }
            });
            fields.put(field, Set.copyOf(values));
            return this;
        }

        /** The policy. */
        public TdxPolicy build() {
            return new TdxPolicy(this);
        }
    }
}
