package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.Endorsements;
import dev.igvmtool.attestation.Expectations;
import dev.igvmtool.attestation.KnownRoots;
import dev.igvmtool.attestation.Policy;
import dev.igvmtool.attestation.Verifier;
import dev.igvmtool.attestation.image.ImageExpectations;
import dev.igvmtool.attestation.policy.PolicyReader;
import dev.igvmtool.attestation.x509.TrustAnchors;
import dev.igvmtool.document.DocumentReader;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.measurement.Profile;
import dev.igvmtool.measurement.eventlog.EventLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** What evidence is judged by: image, endorsements, roots, policy and time. */
final class VerificationOptions {
    private static final Pattern HEX = Pattern.compile("([0-9a-fA-F]{2}){1,64}");
    private static final int MAX_FILES = 64;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "IGVM file that the machine was started from, - for standard input.")
    Optional<String> image;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description = "Whose rules the launch digest of the image is computed by; hyperv if not given.")
    Optional<String> profile;

    @Option(
            names = "--endorsements",
            paramLabel = "PATH",
            description =
                    "Certificates, revocation lists, TCB info, enclave identity, certificate table or quote, found out"
                            + " by content; all files of a folder. Repeatable.")
    List<String> endorsements = List.of();

    @Option(
            names = "--root",
            paramLabel = "FILE",
            description = "Root certificates to trust in place of those of AMD and Intel; repeatable.")
    List<String> roots = List.of();

    @Option(
            names = "--policy",
            paramLabel = "FILE",
            description =
                    "What the evidence must say, in YAML or JSON; without one nothing is allowed and nothing else asked.")
    Optional<String> policy;

    @Option(
            names = "--report-data",
            paramLabel = "HEX",
            description = "What the machine was asked to put into its report: a nonce or a hash, up to 64 bytes.")
    Optional<String> reportData;

    @Option(
            names = "--event-log",
            paramLabel = "FILE",
            description = "CCEL event log of the TD, replayed and compared with the run-time registers in its quote.")
    Optional<String> eventLog;

    @Option(
            names = "--at",
            paramLabel = "DATE",
            description =
                    "Time at which certificates and collateral must be valid: 2026-06-01 or 2026-06-01T12:00:00Z; now if"
                            + " not given.")
    Optional<String> at;

    Verifier verifier(Console console) throws IOException {
        Policy asked = policy.isPresent() ? policy(console, policy.get()) : Policy.strict();
        return new Verifier(asked, anchors(console), at.map(TimeText::parse).orElseGet(Instant::now));
    }

    private static Policy policy(Console console, String name) throws IOException {
        return name.equals("-")
                ? PolicyReader.read(name, DocumentReader.text(name, console.in()))
                : PolicyReader.read(Path.of(name));
    }

    private TrustAnchors anchors(Console console) {
        if (roots.isEmpty()) {
            return KnownRoots.anchors();
        }
        Endorsements given = Endorsements.NONE;
        for (String name : roots) {
            given = and(console, given, name);
        }
        if (given.certificates().isEmpty()) {
            throw new CommandException("--root: found no certificate");
        }
        return TrustAnchors.of(given.certificates());
    }

    /** Everything that vouches for the evidence. */
    Endorsements endorsements(Console console) throws IOException {
        Endorsements all = Endorsements.NONE;
        for (String name : endorsements) {
            for (String file : filesOf(name)) {
                all = and(console, all, file);
            }
        }
        return all;
    }

    /** The files of a folder, in the order of their names; else the name itself. */
    private static List<String> filesOf(String name) throws IOException {
        Path path = Path.of(name);
        if (!Files.isDirectory(path)) {
            return List.of(name);
        }
        try (Stream<Path> files = Files.list(path)) {
            List<String> sorted = files.filter(Files::isRegularFile)
                    .map(Path::toString)
                    .sorted()
                    .limit(MAX_FILES + 1L)
                    .toList();
            if (sorted.size() > MAX_FILES) {
                throw new CommandException(name + ": folder with more than " + MAX_FILES + " files");
            }
            return sorted;
        }
    }

    private static Endorsements and(Console console, Endorsements all, String name) {
        return new InputFile(name).read(console, content -> all.and(Endorsements.read(content)));
    }

    Expectations expectations(Console console) {
        Optional<Profile> asked = profile.map(ProfileNames::parse);
        if (asked.isPresent() && image.isEmpty()) {
            throw new CommandException("--profile: is of no use without --image");
        }
        Optional<ImageExpectations> measured = image.map(name -> {
            IgvmFile file = new InputFile(name).read(console, IgvmReader::read);
            return ImageExpectations.of(file, asked);
        });
        return new Expectations(
                measured, reportData.map(VerificationOptions::reportData), eventLog.map(name -> new InputFile(name)
                        .read(console, EventLog::read)));
    }

    /** Zeros behind what is given, as guests write them. */
    static Bytes reportData(String hex) {
        if (!HEX.matcher(hex).matches()) {
            throw new CommandException("--report-data: found " + hex + ", expected 2 to 128 hexadecimal digits");
        }
        return Bytes.fromHex(hex).paddedTo(Expectations.REPORT_DATA_BYTES);
    }
}
