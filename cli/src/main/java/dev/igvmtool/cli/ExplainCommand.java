package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.explain.Explanation;
import dev.igvmtool.attestation.explain.ImageExplainer;
import dev.igvmtool.attestation.explain.Observed;
import dev.igvmtool.attestation.explain.OvmfExplainer;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.measurement.ovmf.OvmfImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code explain}: why a digest is another one than expected. */
@Command(
        name = "explain",
        description = {
            "Searches the ways in which tools and virtual machine monitors measure an image differently for the one that leads"
                    + " to the digest in a report: profile, single rules (shared pages, parameter pages, empty pages, VMSA"
                    + " order and address), mask of another platform, number, type and features of processors; for OVMF also"
                    + " kernel, initrd and the command lines that are given. If none does, says after which step of a"
                    + " measurement the digest stands, or where the known ones part.",
            "Exit status 0 if a way was found, 1 otherwise."
        },
        footer = {
            "",
            "Example: igvmtool explain report.bin --image openhcl.bin",
            "  igvmtool explain report.bin --image OVMF.fd --kernel vmlinuz --command-line console=ttyS0"
        })
final class ExplainCommand implements Callable<Integer> {
    private static final int MAX_PROCESSORS = 4096;

    private final Console console;

    @Mixin
    CommonOptions common;

    @Option(names = "--image", required = true, paramLabel = "FILE", description = "IGVM file, or OVMF firmware.")
    String image;

    @Option(
            names = "--platform",
            paramLabel = "NAME",
            description = "snp, tdx, vbs, sev or sev-es, if a digest is given of which only the length tells.")
    Optional<String> platform;

    @Option(
            names = "--guest-features",
            paramLabel = "NUMBER",
            description = "SEV_FEATURES to try besides 0, 1 and 0x21; repeatable.")
    List<String> features = new ArrayList<>();

    @Option(names = "--kernel", paramLabel = "FILE", description = "Kernel that OVMF was given.")
    Optional<String> kernel;

    @Option(names = "--initrd", paramLabel = "FILE", description = "Initrd that goes with the kernel.")
    Optional<String> initrd;

    @Option(
            names = "--command-line",
            paramLabel = "TEXT",
            description = "Command line of the kernel to try; repeatable.")
    List<String> commandLines = new ArrayList<>();

    @Option(
            names = "--max-vcpus",
            paramLabel = "N",
            defaultValue = "64",
            description = "Most processors to try (default: 64).")
    int maxProcessors;

    @Option(names = "--json", description = "One JSON object.")
    boolean json;

    @Parameters(
            paramLabel = "EVIDENCE",
            description = "A report, raw or as text, or a digest in hexadecimal; - for standard input.")
    String evidence;

    ExplainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Observed observed = observed(new InputFile(evidence).read(console, Observed::read));
        if (maxProcessors < 1 || maxProcessors > MAX_PROCESSORS) {
            throw new CommandException("--max-vcpus: found " + maxProcessors + ", expected 1 to " + MAX_PROCESSORS);
        }
        if (kernel.isEmpty() && (initrd.isPresent() || !commandLines.isEmpty())) {
            throw new CommandException("--initrd and --command-line need --kernel");
        }
        Bytes content = new InputFile(image).read(console, bytes -> bytes);
        if (!IgvmReader.looksLikeIgvm(content)) {
            return ovmf(content, observed);
        }
        try {
            return igvm(content, observed);
        } catch (FormatException e) {
            throw new CommandException(image + ": " + e.getMessage(), e);
        }
    }

    private Observed observed(Observed read) {
        if (platform.isEmpty()) {
            return read;
        }
        PlatformType type = PlatformNames.parse(platform.get());
        if (!read.platforms().contains(type)) {
            throw new CommandException("--platform: found " + platform.get() + ", the " + read.source() + " can be of "
                    + read.platforms().stream().map(PlatformNames::of).toList());
        }
        return new Observed(read.digest(), List.of(type), read.source());
    }

    private List<Long> numbers() {
        return features.stream()
                .map(text -> Hex.number("--guest-features", text))
                .toList();
    }

    private int igvm(Bytes content, Observed observed) throws IOException {
        if (kernel.isPresent()) {
            throw new CommandException("--kernel: goes with OVMF only, an IGVM file holds its kernel");
        }
        Explanation explanation =
                new ImageExplainer(IgvmReader.read(content), observed, numbers(), maxProcessors).explain();
        if (json) {
            JsonOutput.print(
                    console, "igvmtool.explain/1", out -> ExplanationView.write(evidence, image, explanation, out));
        } else {
            print(ExplanationView.lines(explanation));
        }
        return explanation.match().isPresent() ? ExitStatus.DONE : ExitStatus.FINDING;
    }

    private int ovmf(Bytes content, Observed observed) throws IOException {
        OvmfExplainer.Options options = new OvmfExplainer.Options(
                kernel.map(this::content), initrd.map(this::content), commandLines, numbers(), maxProcessors);
        Optional<OvmfExplainer.Launch> launch;
        try {
            launch = new OvmfExplainer(OvmfImage.read(content), observed, options).explain();
        } catch (FormatException e) {
            throw new CommandException(image + ": neither an IGVM file nor OVMF: " + e.getMessage(), e);
        }
        if (json) {
            JsonOutput.print(
                    console,
                    "igvmtool.explain/1",
                    out -> ExplanationView.write(evidence, image, observed, launch, out));
        } else {
            print(ExplanationView.lines(observed, launch));
        }
        return launch.isPresent() ? ExitStatus.DONE : ExitStatus.FINDING;
    }

    private Bytes content(String name) {
        return new InputFile(name).read(console, bytes -> bytes);
    }

    private void print(List<String> lines) {
        lines.forEach(line -> console.out().println(Printable.escape(line)));
    }
}
