package dev.igvmtool.attestation.sign;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.GuestPolicy;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SnpIdBlock;
import dev.igvmtool.format.header.SnpPublicKey;
import dev.igvmtool.format.header.SnpSignature;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.measurement.LaunchDigest;
import dev.igvmtool.measurement.LaunchRules;
import dev.igvmtool.measurement.Trace;
import dev.igvmtool.measurement.ecdsa.Ecdsa;
import dev.igvmtool.measurement.snp.IdBlock;
import dev.igvmtool.measurement.snp.PspForm;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Signs the ID block of an SNP image. */
public final class IdBlockSigning {
    private final IgvmFile file;
    private final SupportedPlatform platform;
    private final Bytes digest;
    private final long policy;

    /**
     * Measures the image.
     *
     * @param rules by which the firmware will be told its pages
     * @throws SigningException if it is not for SNP, or has not one guest policy
     */
    public IdBlockSigning(IgvmFile file, LaunchRules rules) {
        this.file = file;
        this.platform = file.platform(PlatformType.SEV_SNP)
                .orElseThrow(() -> new SigningException("the file is not for SNP, expected one with an SNP platform"));
        List<GuestPolicy> policies = file.initializations().stream()
                .filter(it -> it instanceof GuestPolicy && it.appliesTo(platform.compatibilityMask()))
                .map(GuestPolicy.class::cast)
                .toList();
        if (policies.size() != 1) {
            throw new SigningException(policies.size() + " guest policies for SNP, expected one");
        }
        this.policy = policies.get(0).policy();
        this.digest = LaunchDigest.of(file, new LaunchDigest.Request(platform, rules, Trace.OFF))
                .value();
    }

    /**
     * A signature with its key.
     *
     * @param key on P-384
     * @param signature r and s, big endian
     */
    public record Signed(PublicKey key, Bytes signature) {
        /**
         * Signs.
         *
         * @throws SigningException if the key is for something else
         */
        public static Signed by(Signer signer, Bytes message) {
            try {
                requireP384(signer.publicKey());
                return new Signed(signer.publicKey(), Ecdsa.P384.sign(signer.engines(), signer.privateKey(), message));
            } catch (GeneralSecurityException e) {
                throw new SigningException("the key cannot sign: " + e.getMessage(), e);
            }
        }

        /** A signature that was made elsewhere: r and s in 48 bytes each, or in DER. */
        public static Signed of(PublicKey key, Bytes signature) {
            requireP384(key);
            boolean raw = signature.size() == 2 * Ecdsa.P384.numberBytes();
            return new Signed(key, raw ? signature : Ecdsa.P384.ofDer(signature));
        }

        private static void requireP384(PublicKey key) {
            if (!Ecdsa.P384.fits(key)) {
                throw new SigningException(
                        "a key of kind " + key.getAlgorithm() + " on another curve, expected ECDSA on P-384");
            }
        }

        private void verify(String what, Bytes message) {
            if (!Ecdsa.P384.verify(key, message, signature)) {
                throw new SigningException(
                        "the signature over the " + what + " does not verify with the public key that is given");
            }
        }
    }

    /**
     * The block of this image, to be signed.
     *
     * @param familyId 16 bytes
     * @param imageId 16 bytes
     * @param svn 32 bits unsigned
     */
    public IdBlock block(Bytes familyId, Bytes imageId, long svn) {
        return new IdBlock(digest, familyId, imageId, IdBlock.VERSION, svn, policy);
    }

    /**
     * A block that was made before, if it is that of this image.
     *
     * @throws SigningException if it is of another build
     */
    public IdBlock block(Bytes payload) {
        if (payload.size() != IdBlock.CODEC.size()) {
            throw new SigningException("ID block of " + payload.size() + " bytes, expected " + IdBlock.CODEC.size());
        }
        IdBlock block = IdBlock.CODEC.read(payload);
        if (block.version() != IdBlock.VERSION) {
            throw new SigningException("ID block of version " + block.version() + ", expected " + IdBlock.VERSION);
        }
        if (!block.launchDigest().equals(digest)) {
            throw new SigningException("the ID block is of another build: launch digest "
                    + block.launchDigest().toHex() + ", the file has " + digest.toHex());
        }
        if (block.policy() != policy) {
            throw new SigningException(String.format(
                    "the ID block is of another build: policy 0x%x, the file has 0x%x", block.policy(), policy));
        }
        return block;
    }

    /** What an author signs: the ID key in the firmware's form. */
    public static Bytes authorPayload(PublicKey idKey) {
        return PspForm.keyBytes(PspForm.key(idKey));
    }

    /**
     * The image with its block as last directive.
     *
     * @param author signature over the ID key, if there is an author
     * @param replace whether a block that is there already is taken out
     * @throws SigningException if a signature does not verify, or there is a block already
     */
    public IgvmFile attach(IdBlock block, Signed owner, Optional<Signed> author, boolean replace) {
        SnpIdBlock header = header(platform.compatibilityMask(), block, owner, author);
        List<Directive> directives = new ArrayList<>();
        for (Directive directive : file.directives()) {
            boolean present = directive instanceof SnpIdBlock && directive.appliesTo(platform.compatibilityMask());
            if (present && !replace) {
                throw new SigningException(String.format(
                        "the file has an ID block for compatibility mask 0x%x already", directive.compatibilityMask()));
            }
            if (!present) {
                directives.add(directive);
            }
        }
        directives.add(header);
        return new IgvmFile(file.revision(), file.platforms(), file.initializations(), directives);
    }

    /**
     * A signed block as files hold it.
     *
     * @throws SigningException if a signature does not verify
     */
    public static SnpIdBlock header(int mask, IdBlock block, Signed owner, Optional<Signed> author) {
        owner.verify("ID block", IdBlock.CODEC.toBytes(block));
        author.ifPresent(it -> it.verify("ID key", authorPayload(owner.key())));
        return new SnpIdBlock(
                mask,
                author.isPresent() ? 1 : 0,
                Bytes.zeros(3),
                block.launchDigest(),
                block.familyId(),
                block.imageId(),
                (int) block.version(),
                (int) block.guestSvn(),
                PspForm.ECDSA_P384_SHA384,
                author.isPresent() ? PspForm.ECDSA_P384_SHA384 : 0,
                PspForm.signature(owner.signature()),
                PspForm.key(owner.key()),
                author.map(it -> PspForm.signature(it.signature())).orElse(SnpSignature.NONE),
                author.map(it -> PspForm.key(it.key())).orElse(SnpPublicKey.NONE));
    }
}
