package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.embedded.ImagePolicy;
import dev.igvmtool.attestation.embedded.ImageVerifier;
import dev.igvmtool.attestation.sign.KeyFiles;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.Pem;
import dev.igvmtool.attestation.x509.TrustAnchors;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code verify image}: what an image says of itself. */
@Command(
        name = "image",
        description = {
            "Recomputes and checks everything that an image carries: ID block (digest, policy, keys, signatures), VBS"
                    + " measurement, CoRIM documents (digest, SVN) and their signatures, and certificates to given roots.",
            "Exit status 0 if nothing failed and nothing that should have been checked is open, 1 otherwise."
        },
        footer = {
            "",
            "Example: igvmtool verify image signed.bin --root corim-root.pem --require id-block,corim-signature"
        })
final class VerifyImageCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Option(
            names = "--root",
            paramLabel = "FILE",
            description = "Certificates in PEM at which those of CoRIM signatures must end; repeatable.")
    List<String> roots = new ArrayList<>();

    @Option(
            names = "--corim-key",
            paramLabel = "FILE",
            description = "Key that must have made the CoRIM signatures: public key or certificate; repeatable.")
    List<String> corimKeys = new ArrayList<>();

    @Option(
            names = "--id-key-digest",
            paramLabel = "DIGEST",
            description = "SHA-384 of a trusted ID key, in hexadecimal; repeatable.")
    List<String> idKeys = new ArrayList<>();

    @Option(
            names = "--author-key-digest",
            paramLabel = "DIGEST",
            description = "SHA-384 of a trusted author key; repeatable. There must be an author then.")
    List<String> authorKeys = new ArrayList<>();

    @Option(names = "--minimum-svn", paramLabel = "N", description = "Least security version of ID block and CoRIM.")
    Optional<String> minimumSvn;

    @Option(
            names = "--require",
            paramLabel = "PART",
            split = ",",
            description = "What must be there: id-block, author-key, corim, corim-signature.")
    List<String> required = new ArrayList<>();

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            defaultValue = "hyperv",
            description =
                    "Whose launch digest the ID block must have, see igvmtool measure --profiles (default: hyperv).")
    String profile;

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description =
                    "Time at which certificates must be valid: 2026-11-21T00:00:00Z or 2026-11-21 (default: now).")
    Optional<String> at;

    @Mixin
    VerdictOutput output;

    @Parameters(paramLabel = "IMAGE", description = "IGVM file, - for standard input.")
    String image;

    VerifyImageCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        ImagePolicy policy = policy();
        IgvmFile file = new InputFile(image).read(console, IgvmReader::read);
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("image", image);
        facts.put("at", policy.at().truncatedTo(ChronoUnit.SECONDS).toString());
        Group verdict = new ImageVerifier(policy).verify(file);
        return output.show(console, common.quiet, "igvmtool.verify-image/1", facts, verdict);
    }

    private ImagePolicy policy() {
        Set<ImagePolicy.Part> parts = new HashSet<>();
        required.forEach(text -> parts.add(part(text)));
        List<Certificate> anchors = new ArrayList<>();
        roots.forEach(
                name -> anchors.addAll(new InputFile(name).read(console, bytes -> Certificate.of(Pem.read(bytes)))));
        return new ImagePolicy(
                ProfileNames.parseForSnp(profile),
                parts,
                minimumSvn.map(text -> Hex.number("--minimum-svn", text)),
                digests("--id-key-digest", idKeys),
                digests("--author-key-digest", authorKeys),
                corimKeys.stream()
                        .map(name -> new InputFile(name).read(console, KeyFiles::publicKey))
                        .toList(),
                anchors.isEmpty() ? Optional.empty() : Optional.of(TrustAnchors.of(anchors)),
                at.map(TimeText::parse).orElseGet(Instant::now));
    }

    private static ImagePolicy.Part part(String text) {
        return List.of(ImagePolicy.Part.values()).stream()
                .filter(it -> it.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new CommandException(
                        "--require " + text + ": expected id-block, author-key, corim or corim-signature"));
    }

    private static Set<Bytes> digests(String option, List<String> texts) {
        Set<Bytes> digests = new HashSet<>();
        for (String text : texts) {
            digests.add(Hex.sha384(option, text));
        }
        return digests;
    }
}
