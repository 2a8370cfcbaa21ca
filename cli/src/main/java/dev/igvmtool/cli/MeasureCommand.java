package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.check.Finding;
import dev.igvmtool.format.check.Validator;
import dev.igvmtool.measurement.KvmRules;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code measure}: what a platform will measure. */
@Command(
        name = "measure",
        description = {
            "Computes launch digests: of an IGVM file for each platform that it is for, of OVMF with a kernel"
                    + " (--ovmf), or the registers that an event log leads to (--event-log).",
            "",
            "Prints one line for each: PLATFORM DIGEST."
        },
        footer = {
            "",
            "Example: igvmtool measure openhcl.bin",
            "  igvmtool measure --platform snp --profile qemu --trace svsm.igvm",
            "  igvmtool measure --ovmf OVMF.fd --kernel vmlinuz --initrd initrd.img --command-line console=ttyS0 --vcpus 1..64",
            "  igvmtool measure --event-log ccel.bin --trace"
        })
final class MeasureCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Mixin
    MeasureImage image;

    @Mixin
    MeasureOvmf ovmf;

    @Mixin
    MeasureEventLog eventLog;

    @Option(
            names = "--platform",
            paramLabel = "NAME",
            split = ",",
            description = "snp, tdx, vbs, sev or sev-es; all that the file is for if not given (snp with --ovmf).")
    List<String> platforms = new ArrayList<>();

    @Option(names = "--trace", description = "Print each step: what, GPA, digest after it, where it comes from.")
    boolean trace;

    @Option(
            names = "--expect",
            paramLabel = "DIGEST",
            description = "Compare with this digest, in hexadecimal; status 1 if none of those printed is equal.")
    String expected = "";

    @Option(names = "--profiles", description = "Print the profiles and their rules, measure nothing.")
    boolean profiles;

    @Option(names = "--json", description = "One JSON object.")
    boolean json;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "IGVM file, - for standard input.")
    String file = "";

    MeasureCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (profiles) {
            MeasureProfiles.print(console, json);
            return ExitStatus.DONE;
        }
        Optional<Bytes> digest = expected.isEmpty() ? Optional.empty() : Optional.of(Hex.parse("--expect", expected));
        Found found = measure();
        if (json) {
            JsonOutput.print(console, "igvmtool.measure/1", out -> {
                out.writeArrayFieldStart("measurements");
                for (MeasuredRow row : found.rows()) {
                    MeasuredJson.write(row, trace, out);
                }
                out.writeEndArray();
                out.writeArrayFieldStart("kvmViolations");
                for (String violation : found.violations()) {
                    out.writeString(violation);
                }
                out.writeEndArray();
            });
        } else {
            found.rows().forEach(row -> MeasuredText.print(row, console.out()));
            found.violations().forEach(it -> console.out().println("KVM: " + it));
        }
        if (!found.findings().isEmpty()) {
            console.error(file + ": the file is invalid, hosts may refuse it: "
                    + found.findings().get(0) + (found.findings().size() == 1 ? "" : ", and more"));
        }
        return isAsExpected(found.rows(), digest)
                        && found.violations().isEmpty()
                        && found.findings().isEmpty()
                ? ExitStatus.DONE
                : ExitStatus.FINDING;
    }

    /**
     * What was measured.
     *
     * @param violations what KVM would object to, if that was asked
     * @param findings what makes the file invalid
     */
    private record Found(List<MeasuredRow> rows, List<String> violations, List<Finding> findings) {}

    private Found measure() {
        int inputs = (file.isEmpty() ? 0 : 1) + (ovmf.isAsked() ? 1 : 0) + (eventLog.isAsked() ? 1 : 0);
        if (inputs != 1) {
            throw new CommandException("measure: found " + inputs
                    + " things to measure, expected one of FILE, --ovmf, --event-log; see igvmtool measure --help");
        }
        ovmf.checkUnused();
        eventLog.checkUnused();
        if (ovmf.isAsked()) {
            image.checkUnused();
            return new Found(ovmf.rows(console, platforms, image.profile, trace), List.of(), List.of());
        }
        if (eventLog.isAsked()) {
            image.checkUnused();
            if (!image.profile.isEmpty() || !platforms.isEmpty()) {
                throw new CommandException("--profile and --platform do not go with an event log");
            }
            return new Found(eventLog.rows(console, trace), List.of(), List.of());
        }
        IgvmFile igvm = new InputFile(file).read(console, IgvmReader::read);
        return new Found(
                image.rows(file, igvm, platforms, trace),
                image.checkKvm ? KvmRules.violations(igvm) : List.of(),
                Validator.validate(igvm));
    }

    private boolean isAsExpected(List<MeasuredRow> rows, Optional<Bytes> digest) {
        boolean found =
                digest.isEmpty() || rows.stream().anyMatch(row -> row.digest().equals(digest.get()));
        if (!found && !json) {
            console.out().println("none is " + expected + ", which was expected");
        }
        return found;
    }
}
