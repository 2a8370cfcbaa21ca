package dev.igvmtool.cli;

import dev.igvmtool.attestation.Endorsements;
import dev.igvmtool.attestation.Evidence;
import dev.igvmtool.attestation.Expectations;
import dev.igvmtool.attestation.Verifier;
import dev.igvmtool.attestation.policy.PolicySchema;
import dev.igvmtool.attestation.verdict.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code verify report}: evidence of a running machine against an image and a policy. */
@Command(
        name = "report",
        description = {
            "Verifies an SNP report, a TDX quote, an HCL report or a VBS report: is it genuine, does it say what the policy"
                    + " asks, and was the machine started from this image? The answer is a tree of checks, each of which"
                    + " passed, failed or was not made. Nothing is fetched.",
            "Exit status 0 only if everything that is required passed, 1 otherwise."
        },
        footer = {
            "",
            "Example: igvmtool verify report report.bin --image openhcl.bin --endorsements certificates --policy policy.yaml"
        })
final class VerifyReportCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Mixin
    VerificationOptions options;

    @Mixin
    VerdictOutput output;

    @Option(
            names = "--batch",
            description =
                    "EVIDENCE is a folder of evidence, or NDJSON with evidence in base64 or hexadecimal; one JSON object"
                            + " for each is printed, in their order.")
    boolean batch;

    @Option(names = "--print-schema", description = "Print the JSON Schema of policies and do nothing else.")
    boolean printSchema;

    @Parameters(
            paramLabel = "EVIDENCE",
            arity = "0..1",
            description = "Raw, or hexadecimal or base64 text; - for standard input.")
    Optional<String> evidence;

    VerifyReportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (printSchema) {
            console.out().print(PolicySchema.text());
            return ExitStatus.DONE;
        }
        String name = evidence.orElseThrow(
                () -> new CommandException("found no EVIDENCE; see igvmtool verify report --help"));
        Verifier verifier = options.verifier(console);
        Endorsements endorsements = options.endorsements(console);
        Expectations expectations = options.expectations(console);
        if (batch) {
            if (output.html.isPresent() || output.json) {
                throw new CommandException("--batch: prints NDJSON, found " + (output.json ? "--json" : "--html"));
            }
            return new BatchVerification(console, verifier, endorsements, expectations).run(name);
        }
        if (!name.equals("-") && Files.isDirectory(Path.of(name))) {
            throw new CommandException(
                    name + ": is a folder, expected evidence; --batch verifies all files of a folder");
        }
        Group verdict = new InputFile(name)
                .read(console, bytes -> verifier.verify(Evidence.read(bytes), endorsements, expectations));
        return output.show(console, common.quiet, "igvmtool.verify-report/1", facts(name, verifier), verdict);
    }

    private Map<String, String> facts(String name, Verifier verifier) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("evidence", name);
        options.image.ifPresent(image -> facts.put("image", image));
        options.policy.ifPresent(policy -> facts.put("policy", policy));
        facts.put("at", verifier.at().truncatedTo(ChronoUnit.SECONDS).toString());
        return facts;
    }
}
