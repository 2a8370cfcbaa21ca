package dev.igvmtool.attestation.embedded;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.x509.TrustAnchors;
import dev.igvmtool.measurement.Profile;
import java.security.PublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an image must say beyond being in agreement with itself.
 *
 * @param profile whose digest an SNP ID block must have; CoRIM documents have Hyper-V's always
 * @param required what must be there for every platform that can have it
 * @param minimumSvn least security version, unsigned
 * @param idKeys digests of ID keys that are trusted; empty: any
 * @param authorKeys digests of author keys that are trusted; empty: any
 * @param corimKeys keys of CoRIM signatures that are trusted without a certificate
 * @param anchors roots of the certificates of CoRIM signatures; without any, certificates are not judged
 * @param at time at which certificates must be valid
 */
public record ImagePolicy(
        Profile profile,
        Set<Part> required,
        Optional<Long> minimumSvn,
        Set<Bytes> idKeys,
        Set<Bytes> authorKeys,
        List<PublicKey> corimKeys,
        Optional<TrustAnchors> anchors,
        Instant at) {
    /** Something that an image can carry. */
    public enum Part {
        ID_BLOCK("id-block"),
        AUTHOR_KEY("author-key"),
        CORIM("corim"),
        CORIM_SIGNATURE("corim-signature");

        private final String text;

        Part(String text) {
            this.text = text;
        }

        /** For users. */
        public String text() {
            return text;
        }
    }

    public ImagePolicy {
        required = Set.copyOf(required);
        idKeys = Set.copyOf(idKeys);
        authorKeys = Set.copyOf(authorKeys);
        corimKeys = List.copyOf(corimKeys);
    }

    /** A policy that only asks for agreement. */
    public static ImagePolicy agreement(Instant at) {
        return new ImagePolicy(
                Profile.HYPERV, Set.of(), Optional.empty(), Set.of(), Set.of(), List.of(), Optional.empty(), at);
    }
}
