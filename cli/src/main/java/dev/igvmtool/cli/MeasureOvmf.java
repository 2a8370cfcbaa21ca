package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.measurement.Step;
import dev.igvmtool.measurement.Trace;
import dev.igvmtool.measurement.ovmf.CpuType;
import dev.igvmtool.measurement.ovmf.KernelHashes;
import dev.igvmtool.measurement.ovmf.OvmfImage;
import dev.igvmtool.measurement.ovmf.OvmfMeasurement;
import dev.igvmtool.measurement.ovmf.Vmm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** {@code measure --ovmf}: options and rows for firmware, kernel, initrd and command line. */
final class MeasureOvmf {
    private static final Pattern COUNTS = Pattern.compile("([0-9]{1,5})(?:\\.\\.([0-9]{1,5}))?");
    private static final int MAX_PROCESSORS = 4096;
    private static final String DEFAULT_COUNTS = "1";
    private static final String DEFAULT_TYPE = "EPYC-v4";
    private static final String DEFAULT_FEATURES = "0x1";

    @Option(names = "--ovmf", paramLabel = "FILE", description = "Measure this firmware instead of an IGVM file.")
    String firmware = "";

    @Option(names = "--kernel", paramLabel = "FILE", description = "Kernel that is handed to the firmware.")
    String kernel = "";

    @Option(names = "--initrd", paramLabel = "FILE", description = "Initrd that goes with the kernel.")
    String initrd = "";

    @Option(names = "--command-line", paramLabel = "TEXT", description = "Command line of the kernel.")
    String commandLine = "";

    @Option(
            names = "--vcpus",
            paramLabel = "N|A..B",
            description = "Processors; a range gives a line for each count: PLATFORM COUNT DIGEST (default: 1).")
    String processors = DEFAULT_COUNTS;

    @Option(
            names = "--vcpu-type",
            paramLabel = "NAME",
            description = "CPU model of QEMU, such as EPYC-Milan (default: EPYC-v4).")
    String cpuType = DEFAULT_TYPE;

    @Option(
            names = "--vcpu-signature",
            paramLabel = "NUMBER",
            description = "EAX of CPUID leaf 1 instead of a model, such as 0x800f12.")
    String cpuSignature = "";

    @Option(
            names = "--guest-features",
            paramLabel = "NUMBER",
            description = "SEV_FEATURES of the processors: 0x1 (the default), or 0x21 on newer kernels (debug swap).")
    String features = DEFAULT_FEATURES;

    @Option(
            names = "--ovmf-hash",
            paramLabel = "DIGEST",
            description = "SNP digest after the firmware's pages, if it is known; FILE then only needs its last page.")
    String firmwareDigest = "";

    @Option(names = "--print-ovmf-hash", description = "Print that digest instead of a launch digest.")
    boolean printFirmwareDigest;

    boolean isAsked() {
        return !firmware.isEmpty();
    }

    /** Options that mean nothing without a firmware are not passed over. */
    void checkUnused() {
        boolean used = !(kernel.isEmpty()
                        && initrd.isEmpty()
                        && commandLine.isEmpty()
                        && cpuSignature.isEmpty()
                        && firmwareDigest.isEmpty()
                        && !printFirmwareDigest)
                || !processors.equals(DEFAULT_COUNTS)
                || !cpuType.equals(DEFAULT_TYPE)
                || !features.equals(DEFAULT_FEATURES);
        if (used && !isAsked()) {
            throw new CommandException("--kernel, --initrd, --command-line, --vcpus, --vcpu-type, --vcpu-signature,"
                    + " --guest-features and --ovmf-hash need --ovmf; an IGVM file says all of that itself");
        }
        if (kernel.isEmpty() && !(initrd.isEmpty() && commandLine.isEmpty())) {
            throw new CommandException("--initrd and --command-line need --kernel");
        }
    }

    List<MeasuredRow> rows(Console console, List<String> platforms, String profile, boolean trace) {
        Vmm vmm = profile.isEmpty()
                ? Vmm.QEMU
                : Vmm.of(profile)
                        .orElseThrow(() -> new CommandException("--profile " + profile
                                + ": no such profile for --ovmf, expected "
                                + String.join(
                                        ", ", Vmm.ALL.stream().map(Vmm::title).toList())));
        OvmfMeasurement measurement = new OvmfMeasurement(
                new InputFile(firmware).read(console, OvmfImage::read),
                kernelHashes(console),
                vmm,
                signature(),
                Hex.number("--guest-features", features),
                firmwareDigest.isEmpty() ? Optional.empty() : Optional.of(Hex.sha384("--ovmf-hash", firmwareDigest)));
        try {
            if (printFirmwareDigest) {
                return List.of(firmwareRow(measurement, trace));
            }
            List<MeasuredRow> rows = new ArrayList<>();
            for (String platform : platforms.isEmpty() ? List.of("snp") : platforms) {
                rows.addAll(rows(measurement, PlatformNames.parse(platform), trace));
            }
            return rows;
        } catch (FormatException e) {
            throw new CommandException(firmware + ": " + e.getMessage(), e);
        }
    }

    private MeasuredRow firmwareRow(OvmfMeasurement measurement, boolean trace) {
        return new MeasuredRow(
                "ovmf",
                Map.of("platform", "snp-ovmf"),
                "",
                measurement.firmwareDigest(Trace.OFF),
                trace ? listener -> measurement.firmwareDigest(Trace.to(listener)) : MeasuredRow.NO_STEPS,
                Optional.empty());
    }

    private List<MeasuredRow> rows(OvmfMeasurement measurement, PlatformType platform, boolean trace) {
        Matcher counts = COUNTS.matcher(processors);
        int first = counts.matches() ? Integer.parseInt(counts.group(1)) : 0;
        boolean table = counts.matches() && counts.group(2) != null;
        int last = table ? Integer.parseInt(counts.group(2)) : first;
        if (first < 1 || last < first || last > MAX_PROCESSORS) {
            throw new CommandException("--vcpus " + processors
                    + ": expected a number or a range such as 1..64, from 1 to " + MAX_PROCESSORS);
        }
        Consumer<Consumer<Step>> steps =
                trace ? listener -> measurement.digests(platform, last, Trace.to(listener)) : MeasuredRow.NO_STEPS;
        List<Bytes> digests = measurement.digests(platform, last, Trace.OFF);
        List<MeasuredRow> rows = new ArrayList<>();
        for (int count = first; count <= last; count++) {
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("platform", PlatformNames.of(platform));
            facts.put("profile", measurement.vmm().title());
            facts.put("vcpus", Integer.toString(count));
            rows.add(new MeasuredRow(
                    PlatformNames.of(platform),
                    facts,
                    table ? Integer.toString(count) : "",
                    digests.get(count - 1),
                    // All counts share the steps of the greatest one.
                    count == first ? steps : MeasuredRow.NO_STEPS,
                    Optional.empty()));
        }
        return rows;
    }

    private Optional<KernelHashes> kernelHashes(Console console) {
        if (kernel.isEmpty()) {
            return Optional.empty();
        }
        Bytes kernelContent = new InputFile(kernel).read(console, content -> content);
        Bytes initrdContent = initrd.isEmpty() ? Bytes.EMPTY : new InputFile(initrd).read(console, content -> content);
        return Optional.of(KernelHashes.of(kernelContent, initrdContent, commandLine));
    }

    private int signature() {
        if (!cpuSignature.isEmpty()) {
            return (int) Hex.number("--vcpu-signature", cpuSignature);
        }
        return CpuType.of(cpuType)
                .orElseThrow(() -> new CommandException("--vcpu-type " + cpuType + ": no such model, expected "
                        + String.join(
                                ", ", CpuType.ALL.stream().map(CpuType::name).toList())))
                .signature();
    }
}
