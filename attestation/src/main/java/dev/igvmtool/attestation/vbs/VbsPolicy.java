package dev.igvmtool.attestation.vbs;

import dev.igvmtool.abi.binary.Bytes;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a VBS report must say.
 *
 * @param unverifiedSignatureAccepted whether a report passes although nobody can check its signature
 * @param debugAllowed whether the host may debug the guest
 * @param minimumGuestSvn least security version
 * @param fields values that a field may have
 */
public record VbsPolicy(
        boolean unverifiedSignatureAccepted,
        boolean debugAllowed,
        OptionalLong minimumGuestSvn,
        Map<VbsField, Set<Bytes>> fields) {
    public VbsPolicy {
        fields = Map.copyOf(fields);
    }

    /** True if the boot digest must be one of given ones, so that no image is needed to judge it. */
    public boolean fixesMeasurement() {
        return fields.containsKey(VbsField.MEASUREMENT);
    }

    /** A policy that allows nothing and asks for nothing else. */
    public static VbsPolicy strict() {
        return new VbsPolicy(false, false, OptionalLong.empty(), Map.of());
    }
}
