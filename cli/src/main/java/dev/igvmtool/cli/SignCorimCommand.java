package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.sign.CorimSigning;
import dev.igvmtool.attestation.sign.KeyFiles;
import dev.igvmtool.attestation.sign.Signer;
import dev.igvmtool.attestation.sign.SigningException;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.Pem;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmWriter;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.measurement.corim.CorimEnvironment;
import dev.igvmtool.measurement.cose.CoseAlgorithm;
import dev.igvmtool.measurement.cose.CoseSign1;
import java.io.IOException;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sign corim}: who endorses the digest of a platform. */
@Command(
        name = "corim",
        description = {
            "Signs the CoRIM document of one platform of an image: with a local key (--key), with a key in a PKCS#11 token"
                    + " (--key-label), with a COSE_Sign1 made elsewhere (--cose), or in two steps: --payload-out writes"
                    + " what is to be signed, --signature takes the bare signature.",
            "RSA keys sign with PS384, keys on P-384 with ES384."
        },
        footer = {
            "",
            "Example: igvmtool sign corim openhcl.bin --platform snp -o signed.bin --key k.pem --chain k.crt --issuer me",
            "  igvmtool sign corim openhcl.bin --platform snp --chain k.crt --issuer me --payload-out tbs.bin",
            "  igvmtool sign corim openhcl.bin --platform snp -o signed.bin --payload tbs.bin --signature tbs.sig"
        })
final class SignCorimCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Mixin
    TokenOptions token;

    @Option(
            names = "--platform",
            paramLabel = "NAME",
            description = "snp, tdx or vbs; need not be given if the image is for one of them only.")
    Optional<String> platform;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            description = "Image to write; it may be IMAGE.")
    Optional<String> output;

    @Option(
            names = "--svn",
            paramLabel = "N",
            description =
                    "Make a new document with this security version; if not given, the one in the image is signed.")
    Optional<String> svn;

    @Option(names = "--document-out", paramLabel = "OUT", description = "Write the document.")
    Optional<String> documentOut;

    @Option(names = "--payload-out", paramLabel = "OUT", description = "Write the Sig_structure that is to be signed.")
    Optional<String> payloadOut;

    @Option(names = "--payload", paramLabel = "FILE", description = "The Sig_structure that was signed.")
    Optional<String> payload;

    @Option(
            names = "--signature",
            paramLabel = "FILE",
            description = "Signature over it: PSS as it is; ECDSA in DER, or r and s in 48 bytes each.")
    Optional<String> signature;

    @Option(names = "--cose", paramLabel = "FILE", description = "COSE_Sign1 made elsewhere, detached or with payload.")
    Optional<String> cose;

    @Option(names = "--key", paramLabel = "FILE", description = "Private key in PEM.")
    Optional<String> key;

    @Option(names = "--key-label", paramLabel = "NAME", description = "Label of the key in the token.")
    Optional<String> keyLabel;

    @Option(
            names = "--chain",
            paramLabel = "FILE",
            description = "Certificates in PEM, the signer's first, for the header (x5chain).")
    Optional<String> chain;

    @Option(
            names = "--public-key",
            paramLabel = "FILE",
            description = "Key to verify with where the signature has no certificate.")
    Optional<String> publicKey;

    @Option(names = "--issuer", paramLabel = "TEXT", description = "Who signs, for the header.")
    Optional<String> issuer;

    @Option(
            names = "--algorithm",
            paramLabel = "NAME",
            description = "For --payload-out without --chain: PS384 or ES384.")
    Optional<CoseAlgorithm> algorithm;

    @Option(names = "--cose-out", paramLabel = "OUT", description = "Write the signature, detached.")
    Optional<String> coseOut;

    @Option(names = "--bundle-out", paramLabel = "OUT", description = "Write the signature with its payload.")
    Optional<String> bundleOut;

    @Parameters(paramLabel = "IMAGE", description = "IGVM file.")
    String image;

    SignCorimCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        try {
            return run();
        } catch (SigningException | FormatException e) {
            throw new CommandException(image + ": " + e.getMessage(), e);
        }
    }

    private int run() throws IOException {
        IgvmFile file = ValidImage.read(console, image);
        CorimSigning signing = new CorimSigning(file, platform(file));
        Bytes document = svn.map(it -> signing.newDocument(Hex.u32("--svn", it)))
                .or(signing::embeddedDocument)
                .orElseThrow(() -> new CommandException(
                        image + ": has no CoRIM document for this platform, expected one or --svn to make it"));
        OutputSet outputs = new OutputSet();
        documentOut.ifPresent(name -> outputs.add(name, document));
        payloadOut.ifPresent(name -> outputs.add(name, toBeSigned(document)));
        if (output.isPresent() || coseOut.isPresent() || bundleOut.isPresent()) {
            CoseSign1 signed = signed(document);
            IgvmFile result = signing.attach(document, signed, verifier());
            output.ifPresent(name -> outputs.addLarge(name, channel -> IgvmWriter.write(result, channel)));
            coseOut.ifPresent(name -> outputs.add(name, signed.detached().toBytes()));
            bundleOut.ifPresent(
                    name -> outputs.add(name, signed.bundledWith(document).toBytes()));
        }
        if (outputs.names().isEmpty()) {
            throw new CommandException(
                    "nothing to do, expected --output, --payload-out, --document-out, --cose-out or" + " --bundle-out");
        }
        outputs.write(console);
        return ExitStatus.DONE;
    }

    private SupportedPlatform platform(IgvmFile file) {
        List<SupportedPlatform> candidates = file.supportedPlatforms().stream()
                .filter(it -> CorimEnvironment.of(it.platformType()).isPresent())
                .filter(it -> platform.isEmpty() || it.platformType() == PlatformNames.parse(platform.get()))
                .toList();
        if (candidates.size() != 1) {
            throw new CommandException(image + ": " + candidates.size() + " platforms to choose from, expected one: "
                    + (platform.isPresent() ? "it is not for " + platform.get() : "say --platform snp, tdx or vbs"));
        }
        return candidates.get(0);
    }

    private List<Certificate> certificates() {
        return chain.map(name -> new InputFile(name).read(console, bytes -> Certificate.of(Pem.read(bytes))))
                .orElse(List.of());
    }

    private String requireIssuer() {
        return issuer.filter(it -> !it.isEmpty())
                .orElseThrow(() -> new CommandException("a new signature needs --issuer"));
    }

    private Bytes toBeSigned(Bytes document) {
        List<Certificate> certificates = certificates();
        Optional<CoseAlgorithm> fitting = certificates.stream()
                .findFirst()
                .flatMap(it -> CoseAlgorithm.fitting(it.x509().getPublicKey()));
        CoseAlgorithm chosen = algorithm
                .or(() -> fitting)
                .orElseThrow(() -> new CommandException(
                        "--payload-out needs --chain with a certificate for RSA or P-384, or --algorithm"));
        if (fitting.isPresent() && fitting.get() != chosen) {
            throw new CommandException("--algorithm " + chosen + ": the certificate is for " + fitting.get());
        }
        return CorimSigning.toBeSigned(chosen, requireIssuer(), certificates, document);
    }

    private CoseSign1 signed(Bytes document) {
        int ways = (cose.isPresent() ? 1 : 0)
                + (signature.isPresent() ? 1 : 0)
                + (key.isPresent() ? 1 : 0)
                + (keyLabel.isPresent() ? 1 : 0);
        if (ways != 1) {
            throw new CommandException(
                    "found " + ways + " of --cose, --signature, --key and --key-label, expected one");
        }
        if (cose.isPresent()) {
            return new InputFile(cose.get()).read(console, CoseSign1::read);
        }
        if (signature.isPresent()) {
            Bytes given = new InputFile(payload.orElseThrow(
                            () -> new CommandException("--signature needs --payload, what was signed")))
                    .read(console, bytes -> bytes);
            return new InputFile(signature.get()).read(console, bytes -> CorimSigning.signed(given, bytes));
        }
        return CorimSigning.sign(signer(), requireIssuer(), document);
    }

    private Signer signer() {
        Signer signer = key.isPresent()
                ? new InputFile(key.get()).read(console, KeyFiles::signer)
                : token.open(console).signer(keyLabel.orElseThrow());
        return chain.isPresent() ? signer.with(certificates()) : signer;
    }

    private Optional<PublicKey> verifier() {
        if (publicKey.isPresent()) {
            return publicKey.map(name -> new InputFile(name).read(console, KeyFiles::publicKey));
        }
        return key.map(
                name -> new InputFile(name).read(console, KeyFiles::signer).publicKey());
    }
}
