package dev.igvmtool.builder.manifest;

import dev.igvmtool.abi.binary.Bytes;

/**
 * {@code product_policy}: what a product asks of the guest, measured with the image.
 *
 * @param customUefiJson decoded; empty without one
 * @param requireSecureAvic only for {@link Kind#CWCOW}
 */
public record ProductPolicy(
        Kind kind,
        boolean requireEphemeralVmgs,
        boolean requireSecureBoot,
        boolean requireSecureBootVars,
        boolean requireBcdIntegrity,
        Bytes customUefiJson,
        boolean requireSecureAvic) {
    /** Variant of the policy. */
    public enum Kind {
        /** {@code sivm}. */
        SIVM,
        /** {@code cwcow}. */
        CWCOW
    }
}
