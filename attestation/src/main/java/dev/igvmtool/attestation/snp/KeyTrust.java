package dev.igvmtool.attestation.snp;

import dev.igvmtool.abi.binary.Bytes;
import java.util.Set;

/**
 * Whose ID blocks are accepted.
 *
 * @param requireIdBlock whether the guest must have been launched with an ID block by a trusted key
 * @param requireAuthorKey whether its key must have been signed by a trusted author key
 * @param idKeys digests of trusted ID keys, SHA-384 of the firmware form, 48 bytes
 * @param authorKeys digests of trusted author keys
 */
public record KeyTrust(boolean requireIdBlock, boolean requireAuthorKey, Set<Bytes> idKeys, Set<Bytes> authorKeys) {
    /** ID blocks are not looked at. */
    public static final KeyTrust NONE = new KeyTrust(false, false, Set.of(), Set.of());

    public KeyTrust {
        idKeys = Set.copyOf(idKeys);
        authorKeys = Set.copyOf(authorKeys);
        // An author key signs the key of an ID block: there is none without.
        requireIdBlock |= requireAuthorKey;
    }
}
