package dev.igvmtool.attestation.explain;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.measurement.Trace;
import dev.igvmtool.measurement.ovmf.CpuType;
import dev.igvmtool.measurement.ovmf.KernelHashes;
import dev.igvmtool.measurement.ovmf.OvmfImage;
import dev.igvmtool.measurement.ovmf.OvmfMeasurement;
import dev.igvmtool.measurement.ovmf.Vmm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Searches the launches of OVMF that lead to a digest: monitor, number and type of processors, guest features, with or
 * without kernel, and the command lines that are given.
 *
 * @param firmware what was launched
 * @param observed the digest
 * @param options what may have gone with it
 */
public record OvmfExplainer(OvmfImage firmware, Observed observed, Options options) {
    private static final List<Long> USUAL_FEATURES = List.of(1L, 0x21L, 0L);

    /**
     * What may have gone with the firmware.
     *
     * @param kernel empty if none is known
     * @param initrd empty if none is known
     * @param commandLines to be tried with the kernel
     * @param features values of SEV_FEATURES to try besides the usual ones
     * @param maxProcessors number of processors up to which to try
     */
    public record Options(
            Optional<Bytes> kernel,
            Optional<Bytes> initrd,
            List<String> commandLines,
            List<Long> features,
            int maxProcessors) {
        public Options {
            commandLines = List.copyOf(commandLines);
            features = List.copyOf(features);
        }
    }

    /**
     * A launch that leads to the digest.
     *
     * @param facts of the launch by name, in order
     */
    public record Launch(Map<String, String> facts) {}

    /** What goes with the firmware. */
    private record Load(Optional<KernelHashes> hashes, String text) {}

    /** The launch, if there is one. */
    public Optional<Launch> explain() {
        for (PlatformType platform : observed.platforms()) {
            for (Load load : loads()) {
                for (Vmm vmm : Vmm.ALL) {
                    Optional<Launch> launch = explain(platform, load, vmm);
                    if (launch.isPresent()) {
                        return launch;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private List<Load> loads() {
        List<Load> loads = new ArrayList<>();
        if (options.kernel().isPresent()) {
            Set<String> commandLines = new LinkedHashSet<>(options.commandLines());
            commandLines.add("");
            for (String commandLine : commandLines) {
                for (Bytes initrd : new LinkedHashSet<>(List.of(options.initrd().orElse(Bytes.EMPTY), Bytes.EMPTY))) {
                    loads.add(new Load(
                            Optional.of(KernelHashes.of(options.kernel().get(), initrd, commandLine)),
                            "kernel" + (initrd.isEmpty() ? "" : ", initrd")
                                    + (commandLine.isEmpty()
                                            ? ", no command line"
                                            : ", command line '" + commandLine + "'")));
                }
            }
        }
        loads.add(new Load(Optional.empty(), "no kernel"));
        return loads;
    }

    private Optional<Launch> explain(PlatformType platform, Load load, Vmm vmm) {
        // Only SNP has features, and only some monitors tell the guest its CPU type.
        Set<Long> features = new LinkedHashSet<>(platform == PlatformType.SEV_SNP ? USUAL_FEATURES : List.of(0L));
        if (platform == PlatformType.SEV_SNP) {
            features.addAll(options.features());
        }
        for (long feature : features) {
            for (Map.Entry<Integer, String> type : cpuTypes(platform, vmm).entrySet()) {
                List<Bytes> digests;
                try {
                    digests = new OvmfMeasurement(
                                    firmware, load.hashes(), vmm, type.getKey(), feature, Optional.empty())
                            .digests(platform, options.maxProcessors(), Trace.OFF);
                } catch (FormatException e) {
                    // This firmware cannot be launched so.
                    continue;
                }
                int index = digests.indexOf(observed.digest());
                if (index >= 0) {
                    return Optional.of(launch(platform, load, vmm, feature, type.getValue(), index + 1));
                }
            }
        }
        return Optional.empty();
    }

    private static Map<Integer, String> cpuTypes(PlatformType platform, Vmm vmm) {
        return platform == PlatformType.SEV || !vmm.equals(Vmm.QEMU) ? Map.of(0, "any") : CpuType.names();
    }

    private static Launch launch(
            PlatformType platform, Load load, Vmm vmm, long features, String type, int processors) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("platform", platform.toString());
        facts.put("monitor", platform == PlatformType.SEV ? "any" : vmm.title());
        facts.put("processors", platform == PlatformType.SEV ? "any number" : String.valueOf(processors));
        facts.put("CPU type", type);
        if (platform == PlatformType.SEV_SNP) {
            facts.put("guest features", String.format("0x%x", features));
        }
        facts.put("load", load.text());
        return new Launch(facts);
    }
}
