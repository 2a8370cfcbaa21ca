package dev.igvmtool.attestation.hcl;

import dev.igvmtool.abi.binary.Bytes;
import java.util.Map;
import java.util.Optional;

/**
 * What the run-time claims must say.
 *
 * @param configuration values of {@code vm-configuration}, as text: {@code secure-boot} is {@code true}
 * @param userData what the guest had put in, up to 64 bytes; zeros behind it do not count
 * @param requiredKey id of a key that must be among the claims: {@code HCLAkPub}
 */
public record HclPolicy(Map<String, String> configuration, Optional<Bytes> userData, Optional<String> requiredKey) {
    public HclPolicy {
        configuration = Map.copyOf(configuration);
    }

    /** A policy that asks for nothing. */
    public static HclPolicy none() {
        return new HclPolicy(Map.of(), Optional.empty(), Optional.empty());
    }
}
