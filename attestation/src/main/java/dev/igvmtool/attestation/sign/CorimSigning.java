package dev.igvmtool.attestation.sign;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.InitializationHeader;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.measurement.LaunchDigest;
import dev.igvmtool.measurement.cbor.CborReader;
import dev.igvmtool.measurement.cbor.CborValue;
import dev.igvmtool.measurement.corim.CorimDocument;
import dev.igvmtool.measurement.corim.CorimEnvironment;
import dev.igvmtool.measurement.corim.Endorsement;
import dev.igvmtool.measurement.cose.CoseAlgorithm;
import dev.igvmtool.measurement.cose.CoseHeader;
import dev.igvmtool.measurement.cose.CoseSign1;
import dev.igvmtool.measurement.ecdsa.Ecdsa;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Signs the CoRIM document of one platform of an image. Document and signature are put behind all other initialization
 * headers, as igvmfilegen does.
 */
public final class CorimSigning {
    /** Media type of a CoRIM in CBOR. */
    public static final String CONTENT_TYPE = "application/rim+cbor";

    private final IgvmFile file;
    private final SupportedPlatform platform;
    private final CorimEnvironment environment;

    /** @throws SigningException if there are no CoRIM documents for that platform */
    public CorimSigning(IgvmFile file, SupportedPlatform platform) {
        this.file = file;
        this.platform = platform;
        this.environment = CorimEnvironment.of(platform.platformType())
                .orElseThrow(() -> new SigningException(
                        "platform " + platform.platformType() + " has no CoRIM documents, expected SNP, TDX or VBS"));
    }

    /**
     * The document in the file.
     *
     * @throws SigningException if it is not of this platform alone, or does not endorse the file
     */
    public Optional<Bytes> embeddedDocument() {
        List<InitializationHeader> documents = file.initializations().stream()
                .filter(it -> it instanceof dev.igvmtool.format.header.CorimDocument
                        && it.appliesTo(platform.compatibilityMask()))
                .toList();
        if (documents.isEmpty()) {
            return Optional.empty();
        }
        InitializationHeader only = documents.get(0);
        if (documents.size() > 1
                || only.compatibilityMask() != platform.compatibilityMask()
                || !(only instanceof dev.igvmtool.format.header.CorimDocument document)) {
            throw new SigningException(String.format(
                    "%d CoRIM documents, the first for mask 0x%x, expected one for mask 0x%x alone",
                    documents.size(), only.compatibilityMask(), platform.compatibilityMask()));
        }
        check(document.document());
        return Optional.of(document.document());
    }

    private void check(Bytes document) {
        Endorsement endorsement = Endorsement.read(document);
        Bytes digest = digest();
        if (endorsement.environment() != environment || !endorsement.digest().equals(digest)) {
            throw new SigningException("the CoRIM document is of another build: it endorses "
                    + endorsement.environment() + " " + endorsement.digest().toHex() + ", the file has " + environment
                    + " " + digest.toHex());
        }
    }

    private Bytes digest() {
        return LaunchDigest.of(file, platform.platformType()).value();
    }

    /** A new document for this image. */
    public Bytes newDocument(long svn) {
        return CorimDocument.encode(environment, digest(), svn);
    }

    /**
     * What an outside signer signs: {@code Sig_structure} in CBOR, from which the rest can be told again.
     *
     * @param issuer who signs; not empty
     * @param chain certificates of the signer, its own first; may be none
     */
    public static Bytes toBeSigned(CoseAlgorithm algorithm, String issuer, List<Certificate> chain, Bytes document) {
        return CoseSign1.toBeSigned(header(algorithm, issuer, chain), document);
    }

    private static Bytes header(CoseAlgorithm algorithm, String issuer, List<Certificate> chain) {
        return CoseHeader.encode(
                algorithm,
                CONTENT_TYPE,
                issuer,
                chain.stream().map(Certificate::der).toList());
    }

    /**
     * The signature that an outside signer made.
     *
     * @param toBeSigned what it was given
     * @param signature as the algorithm has it; of ES384 also in DER
     * @return with its payload
     * @throws FormatException if the first is no {@code Sig_structure}
     */
    public static CoseSign1 signed(Bytes toBeSigned, Bytes signature) {
        List<CborValue> parts = CborReader.deterministic(toBeSigned).array("Sig_structure", 4);
        Bytes header = parts.get(1).bytes("protected header of Sig_structure");
        if (!parts.get(0).text("context of Sig_structure").equals("Signature1")
                || !parts.get(2).bytes("external data of Sig_structure").isEmpty()) {
            throw new FormatException("Sig_structure of another context or with external data");
        }
        boolean es384 = CoseHeader.read(header).algorithm().equals(Optional.of(CoseAlgorithm.ES384.id()));
        boolean der = es384 && signature.size() != 2 * Ecdsa.P384.numberBytes();
        return new CoseSign1(
                header,
                new CborValue.Map(List.of()),
                Optional.of(parts.get(3).bytes("payload of Sig_structure")),
                der ? Ecdsa.P384.ofDer(signature) : signature);
    }

    /**
     * Signs a document here.
     *
     * @return with its payload
     * @throws SigningException if the key is of no kind that CoRIM signatures have
     */
    public static CoseSign1 sign(Signer signer, String issuer, Bytes document) {
        CoseAlgorithm algorithm = CoseAlgorithm.fitting(signer.publicKey())
                .orElseThrow(() -> new SigningException("a key of kind "
                        + signer.publicKey().getAlgorithm() + ", expected RSA (PS384) or P-384 (ES384)"));
        Bytes header = header(algorithm, issuer, signer.certificates());
        try {
            Bytes signature =
                    algorithm.sign(signer.engines(), signer.privateKey(), CoseSign1.toBeSigned(header, document));
            return new CoseSign1(header, new CborValue.Map(List.of()), Optional.of(document), signature);
        } catch (GeneralSecurityException e) {
            throw new SigningException("the key cannot sign: " + e.getMessage(), e);
        }
    }

    /**
     * The image with a document and its signature.
     *
     * @param signature detached or with the document as its payload
     * @param key of the signature, where it has no certificate
     * @throws SigningException if the signature is of another document, or does not verify
     */
    public IgvmFile attach(Bytes document, CoseSign1 signature, Optional<PublicKey> key) {
        check(document);
        if (signature.payload().isPresent() && !signature.payload().get().equals(document)) {
            throw new SigningException("the signature is of another document: its payload has "
                    + signature.payload().get().size() + " bytes, the document of the file " + document.size()
                    + "; sign the document of this file");
        }
        verify(document, signature, key);
        List<InitializationHeader> headers = new ArrayList<>(file.initializations());
        headers.removeIf(it -> (it instanceof dev.igvmtool.format.header.CorimDocument
                        || it instanceof dev.igvmtool.format.header.CorimSignature)
                && it.compatibilityMask() == platform.compatibilityMask());
        int mask = platform.compatibilityMask();
        headers.add(new dev.igvmtool.format.header.CorimDocument(mask, document));
        headers.add(new dev.igvmtool.format.header.CorimSignature(
                mask, signature.detached().toBytes()));
        return new IgvmFile(file.revision(), file.platforms(), headers, file.directives());
    }

    private static void verify(Bytes document, CoseSign1 signature, Optional<PublicKey> key) {
        CoseHeader header = signature.header();
        CoseAlgorithm algorithm = header.algorithm()
                .flatMap(CoseAlgorithm::of)
                .orElseThrow(() -> new SigningException("the signature has algorithm "
                        + header.algorithm().map(Object::toString).orElse("none")
                        + ", expected PS384 (-38) or ES384 (-35)"));
        if (!header.contentType().orElse(CONTENT_TYPE).equals(CONTENT_TYPE)) {
            throw new SigningException("the signature is for content of another type, expected " + CONTENT_TYPE);
        }
        PublicKey verifier = header.certificates().stream()
                .findFirst()
                .map(it -> Certificate.read(it).x509().getPublicKey())
                .or(() -> key)
                .orElseThrow(() -> new SigningException(
                        "the signature has no certificate to verify it with, expected x5chain (33) or a public key"));
        if (!algorithm.fits(verifier)) {
            throw new SigningException("a key of kind " + verifier.getAlgorithm() + ", expected one for " + algorithm);
        }
        if (!algorithm.verify(verifier, signature.toBeSigned(document), signature.signature())) {
            throw new SigningException("the signature over the CoRIM document does not verify");
        }
    }
}
