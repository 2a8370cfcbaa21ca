package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.sign.IdBlockSigning;
import dev.igvmtool.attestation.sign.IdBlockSigning.Signed;
import dev.igvmtool.attestation.sign.KeyFiles;
import dev.igvmtool.attestation.sign.Signer;
import dev.igvmtool.attestation.sign.SigningException;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmWriter;
import dev.igvmtool.format.header.SnpIdBlock;
import dev.igvmtool.measurement.snp.IdAuthentication;
import dev.igvmtool.measurement.snp.IdBlock;
import dev.igvmtool.measurement.snp.PspForm;
import java.io.IOException;
import java.security.PublicKey;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sign id-block}: who vouches for an SNP image. */
@Command(
        name = "id-block",
        description = {
            "Signs the ID block of an SNP image: with a local key (--key), with a key in a PKCS#11 token (--key-label), or"
                    + " in two steps: --payload-out writes the 96 bytes to be signed, --signature takes the signature.",
            "Prints the digests by which reports name the keys."
        },
        footer = {
            "",
            "Example: igvmtool sign id-block openhcl.bin -o signed.bin --key id-key.pem --author-key author-key.pem",
            "  igvmtool sign id-block openhcl.bin --svn 3 --payload-out block.bin",
            "  openssl dgst -sha384 -sign id-key.pem -out block.sig block.bin",
            "  igvmtool sign id-block openhcl.bin -o signed.bin --payload block.bin --signature block.sig"
                    + " --public-key id-key.pub.pem"
        })
final class SignIdBlockCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Mixin
    TokenOptions token;

    @Mixin
    IdBlockContent content;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            description = "Image to write; it may be IMAGE.")
    Optional<String> output;

    @Option(names = "--payload-out", paramLabel = "OUT", description = "Write the 96 bytes that the owner signs.")
    Optional<String> payloadOut;

    @Option(
            names = "--author-payload-out",
            paramLabel = "OUT",
            description =
                    "Write the 1028 bytes that the author signs: the ID key, from --public-key, --key or --key-label.")
    Optional<String> authorPayloadOut;

    @Option(names = "--key", paramLabel = "FILE", description = "Private ID key on P-384, in PEM.")
    Optional<String> key;

    @Option(names = "--key-label", paramLabel = "NAME", description = "Label of the ID key in the token.")
    Optional<String> keyLabel;

    @Option(
            names = "--signature",
            paramLabel = "FILE",
            description = "Signature over the block that was made elsewhere: DER, or r and s in 48 bytes each.")
    Optional<String> signature;

    @Option(
            names = "--public-key",
            paramLabel = "FILE",
            description = "ID key of that signature: public key or certificate, PEM or DER.")
    Optional<String> publicKey;

    @Option(names = "--author-key", paramLabel = "FILE", description = "Private author key on P-384, in PEM.")
    Optional<String> authorKey;

    @Option(names = "--author-key-label", paramLabel = "NAME", description = "Label of the author key in the token.")
    Optional<String> authorKeyLabel;

    @Option(
            names = "--author-signature",
            paramLabel = "FILE",
            description = "Signature over the ID key that was made elsewhere.")
    Optional<String> authorSignature;

    @Option(names = "--author-public-key", paramLabel = "FILE", description = "Author key of that signature.")
    Optional<String> authorPublicKey;

    @Option(names = "--replace", description = "Take out the ID block that the image has already.")
    boolean replace;

    @Option(
            names = "--id-auth",
            paramLabel = "OUT",
            description = "Write the 4096 bytes of ID authentication information.")
    Optional<String> idAuth;

    @Option(names = "--qemu", description = "Print block and authentication as QEMU's sev-snp-guest object takes them.")
    boolean qemu;

    @Option(names = "--json", description = "One JSON object.")
    boolean json;

    @Parameters(arity = "0..1", paramLabel = "IMAGE", description = "IGVM file; without one, --digest and --policy.")
    Optional<String> image;

    SignIdBlockCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        try {
            return run();
        } catch (SigningException | FormatException e) {
            throw new CommandException(image.orElse("ID block") + ": " + e.getMessage(), e);
        }
    }

    private int run() throws IOException {
        boolean signs = output.isPresent() || idAuth.isPresent() || qemu;
        if (!signs && payloadOut.isEmpty() && authorPayloadOut.isEmpty()) {
            throw new CommandException(
                    "nothing to do, expected --output, --payload-out, --author-payload-out, --id-auth or --qemu");
        }
        Optional<IgvmFile> file = image.map(name -> ValidImage.read(console, name));
        Optional<IdBlockSigning> signing =
                file.map(it -> new IdBlockSigning(it, content.profile().rules()));
        IdBlock block = signing.isPresent() ? content.of(console, signing.get()) : content.without();
        OutputSet outputs = new OutputSet();
        payloadOut.ifPresent(name -> outputs.add(name, IdBlock.CODEC.toBytes(block)));
        authorPayloadOut.ifPresent(name -> outputs.add(name, IdBlockSigning.authorPayload(ownerKey())));
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("launchDigest", block.launchDigest().toHex());
        facts.put("guestSvn", Long.toString(block.guestSvn()));
        facts.put("policy", String.format("0x%x", block.policy()));
        if (signs) {
            sign(signing, block, outputs, facts);
        }
        outputs.write(console);
        print(outputs, facts);
        return ExitStatus.DONE;
    }

    private void sign(Optional<IdBlockSigning> signing, IdBlock block, OutputSet outputs, Map<String, String> facts) {
        Bytes payload = IdBlock.CODEC.toBytes(block);
        Signed owner = signed("ID key", key, keyLabel, signature, publicKey, payload)
                .orElseThrow(() -> new CommandException(
                        "found no ID key, expected --key, --key-label, or --signature with --public-key"));
        Optional<Signed> author = signed(
                "author key",
                authorKey,
                authorKeyLabel,
                authorSignature,
                authorPublicKey,
                IdBlockSigning.authorPayload(owner.key()));
        if (output.isPresent()) {
            IgvmFile signed = signing.orElseThrow(() -> new CommandException("--output needs an IMAGE"))
                    .attach(block, owner, author, replace);
            outputs.addLarge(output.get(), channel -> IgvmWriter.write(signed, channel));
        }
        SnpIdBlock header = IdBlockSigning.header(0, block, owner, author);
        Bytes authentication = IdAuthentication.CODEC.toBytes(IdAuthentication.of(header));
        idAuth.ifPresent(name -> outputs.add(name, authentication));
        facts.put("idKeyDigest", PspForm.keyDigest(header.idPublicKey()).toHex());
        if (author.isPresent()) {
            facts.put(
                    "authorKeyDigest",
                    PspForm.keyDigest(header.authorPublicKey()).toHex());
        }
        if (qemu) {
            facts.put("qemu", "id-block=" + base64(payload) + ",id-auth=" + base64(authentication));
        }
    }

    private Optional<Signed> signed(
            String what,
            Optional<String> privateFile,
            Optional<String> label,
            Optional<String> signatureFile,
            Optional<String> publicFile,
            Bytes message) {
        int ways =
                (privateFile.isPresent() ? 1 : 0) + (label.isPresent() ? 1 : 0) + (signatureFile.isPresent() ? 1 : 0);
        if (ways > 1) {
            throw new CommandException(what + ": found " + ways + " of private key, label and signature, expected one");
        }
        if (privateFile.isPresent()) {
            Signer signer = new InputFile(privateFile.get()).read(console, KeyFiles::signer);
            return Optional.of(Signed.by(signer, message));
        }
        if (label.isPresent()) {
            return Optional.of(Signed.by(token.open(console).signer(label.get()), message));
        }
        if (signatureFile.isEmpty()) {
            return Optional.empty();
        }
        PublicKey verifier = new InputFile(
                        publicFile.orElseThrow(() -> new CommandException(what + ": a signature needs its public key")))
                .read(console, KeyFiles::publicKey);
        return Optional.of(new InputFile(signatureFile.get()).read(console, bytes -> Signed.of(verifier, bytes)));
    }

    private PublicKey ownerKey() {
        if (publicKey.isPresent()) {
            return new InputFile(publicKey.get()).read(console, KeyFiles::publicKey);
        }
        if (key.isPresent()) {
            return new InputFile(key.get()).read(console, KeyFiles::signer).publicKey();
        }
        if (keyLabel.isPresent()) {
            return token.open(console).signer(keyLabel.get()).publicKey();
        }
        throw new CommandException("--author-payload-out needs the ID key: --public-key, --key or --key-label");
    }

    private static String base64(Bytes bytes) {
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private void print(OutputSet outputs, Map<String, String> facts) throws IOException {
        if (json) {
            JsonOutput.print(console, "igvmtool.sign-id-block/1", out -> {
                for (Map.Entry<String, String> fact : facts.entrySet()) {
                    out.writeStringField(fact.getKey(), fact.getValue());
                }
            });
        } else if (qemu) {
            console.out().println(facts.get("qemu"));
        } else if (!outputs.names().contains("-")) {
            facts.forEach((name, value) -> console.out().println(name + " " + value));
        }
    }
}
