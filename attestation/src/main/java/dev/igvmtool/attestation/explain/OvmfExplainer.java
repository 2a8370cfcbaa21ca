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
     * @param monitor empty if all of them launch so
     * @param processors empty if their number does not matter
     * @param cpuType models of QEMU, separated by commas; empty if the type does not matter
     * @param guestFeatures SEV_FEATURES; empty if the platform has none
     * @param load what goes with the firmware
     */
    public record Launch(
            PlatformType platform,
            Optional<String> monitor,
            Optional<Integer> processors,
            Optional<String> cpuType,
            Optional<Long> guestFeatures,
            Load load) {}

    /**
     * What goes with the firmware.
     *
     * @param kernel whether there is one
     * @param initrd whether there is one
     * @param commandLine of the kernel; may be empty
     */
    public record Load(boolean kernel, boolean initrd, String commandLine) {
        static final Load NONE = new Load(false, false, "");
    }

    /** What comes before the processors: kernel, and the digest after the firmware. */
    private record Start(Optional<KernelHashes> kernel, Optional<Bytes> afterFirmware) {}

    /** The launch, if there is one. */
    public Optional<Launch> explain() {
        // The same in every launch, and most of the work.
        Bytes afterFirmware = new OvmfMeasurement(firmware, Optional.empty(), Vmm.QEMU, 0, 0, Optional.empty())
                .firmwareDigest(Trace.OFF);
        for (PlatformType platform : observed.platforms()) {
            for (Load load : loads()) {
                Start start = new Start(hashes(load), Optional.of(afterFirmware));
                for (Vmm vmm : Vmm.ALL) {
                    Optional<Launch> launch = explain(platform, load, start, vmm);
                    if (launch.isPresent()) {
                        return launch;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private List<Load> loads() {
        Set<Load> loads = new LinkedHashSet<>();
        if (options.kernel().isPresent()) {
            Set<String> commandLines = new LinkedHashSet<>(options.commandLines());
            commandLines.add("");
            for (String commandLine : commandLines) {
                loads.add(new Load(true, options.initrd().isPresent(), commandLine));
                loads.add(new Load(true, false, commandLine));
            }
        }
        loads.add(Load.NONE);
        return List.copyOf(loads);
    }

    private Optional<KernelHashes> hashes(Load load) {
        Bytes initrd = load.initrd() ? options.initrd().orElse(Bytes.EMPTY) : Bytes.EMPTY;
        return options.kernel()
                .filter(kernel -> load.kernel())
                .map(kernel -> KernelHashes.of(kernel, initrd, load.commandLine()));
    }

    private Optional<Launch> explain(PlatformType platform, Load load, Start start, Vmm vmm) {
        // Only SNP has features, and only some monitors tell the guest its CPU type.
        Set<Long> features = new LinkedHashSet<>(platform == PlatformType.SEV_SNP ? USUAL_FEATURES : List.of(0L));
        if (platform == PlatformType.SEV_SNP) {
            features.addAll(options.features());
        }
        for (long feature : features) {
            for (Map.Entry<Integer, String> type : cpuTypes(platform, vmm).entrySet()) {
                int processors = digests(
                                        platform,
                                        new OvmfMeasurement(
                                                firmware,
                                                start.kernel(),
                                                vmm,
                                                type.getKey(),
                                                feature,
                                                start.afterFirmware()))
                                .indexOf(observed.digest())
                        + 1;
                if (processors > 0) {
                    return Optional.of(launch(platform, load, vmm, feature, type.getValue(), processors));
                }
            }
        }
        return Optional.empty();
    }

    /** Digests for one processor and more; none if this firmware cannot be launched so. */
    private List<Bytes> digests(PlatformType platform, OvmfMeasurement measurement) {
        try {
            return measurement.digests(platform, options.maxProcessors(), Trace.OFF);
        } catch (FormatException e) {
            return List.of();
        }
    }

    private static Map<Integer, String> cpuTypes(PlatformType platform, Vmm vmm) {
        return platform == PlatformType.SEV || !vmm.equals(Vmm.QEMU) ? Map.of(0, "") : CpuType.names();
    }

    private static Launch launch(
            PlatformType platform, Load load, Vmm vmm, long features, String type, int processors) {
        boolean sev = platform == PlatformType.SEV;
        return new Launch(
                platform,
                sev ? Optional.empty() : Optional.of(vmm.title()),
                sev ? Optional.empty() : Optional.of(processors),
                type.isEmpty() ? Optional.empty() : Optional.of(type),
                platform == PlatformType.SEV_SNP ? Optional.of(features) : Optional.empty(),
                load);
    }
}
