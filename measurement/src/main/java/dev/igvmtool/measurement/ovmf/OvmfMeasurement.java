package dev.igvmtool.measurement.ovmf;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.measurement.LaunchRules.EmptyPages;
import dev.igvmtool.measurement.LaunchRules.SevContent;
import dev.igvmtool.measurement.Trace;
import dev.igvmtool.measurement.sev.SevDigest;
import dev.igvmtool.measurement.snp.SnpDigest;
import dev.igvmtool.measurement.snp.SnpPageType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * The launch of OVMF without an IGVM file: firmware, its metadata sections, hashes of kernel, initrd and command line,
 * and a save area for each processor.
 *
 * @param firmware what is launched
 * @param kernel hashes of a kernel and what goes with it, if there is a kernel
 * @param vmm who launches
 * @param cpuSignature CPUID leaf 1, EAX; counts on {@link Vmm#QEMU} only
 * @param sevFeatures {@code SEV_FEATURES} of the processors; counts on SNP only
 * @param firmwareDigest SNP digest after the firmware, if it is known: the firmware's own pages are not looked at then
 */
public record OvmfMeasurement(
        OvmfImage firmware,
        Optional<KernelHashes> kernel,
        Vmm vmm,
        int cpuSignature,
        long sevFeatures,
        Optional<Bytes> firmwareDigest) {
    private static final int PAGE = 4096;

    /** Address of all save areas under KVM. */
    private static final long VMSA_GPA = 0xffff_ffff_f000L;

    /**
     * Digests for one processor, two, and so on up to {@code maxProcessors}, from one launch: more processors only add
     * to it. On SEV all are the same.
     *
     * @param platform SEV_SNP, SEV_ES or SEV
     * @throws FormatException if the firmware cannot be launched so
     */
    public List<Bytes> digests(PlatformType platform, int maxProcessors, Trace trace) {
        return switch (platform) {
            case SEV_SNP -> snp(maxProcessors, trace);
            case SEV, SEV_ES -> sev(platform, maxProcessors, trace);
            case NATIVE, VSM_ISOLATION, TDX, CCA ->
                throw new FormatException("platform " + platform + " has no digest of OVMF here");
        };
    }

    /** SNP digest after the firmware alone: the OVMF hash of sev-snp-measure. */
    public Bytes firmwareDigest(Trace trace) {
        return afterFirmware(trace).soFar();
    }

    private SnpDigest afterFirmware(Trace trace) {
        if (firmwareDigest.isPresent()) {
            return new SnpDigest(firmwareDigest.get(), EmptyPages.NORMAL, trace);
        }
        SnpDigest digest = new SnpDigest(EmptyPages.NORMAL, trace);
        for (int offset = 0; offset < firmware.content().size(); offset += PAGE) {
            Bytes page = firmware.content().slice(offset, PAGE);
            digest.update(SnpPageType.NORMAL, firmware.gpa() + offset, page, "firmware");
        }
        return digest;
    }

    private List<Bytes> snp(int maxProcessors, Trace trace) {
        SnpDigest digest = afterFirmware(trace);
        boolean hashed = false;
        for (MetadataSection section : firmware.sections()) {
            boolean later = section.type() == MetadataSection.Type.CPUID && vmm.launchesCpuidLast();
            if (!later) {
                launch(section, digest);
            }
            hashed |= section.type() == MetadataSection.Type.KERNEL_HASHES;
        }
        if (vmm.launchesCpuidLast()) {
            firmware.sections().stream()
                    .filter(it -> it.type() == MetadataSection.Type.CPUID)
                    .forEach(it -> launch(it, digest));
        }
        if (kernel.isPresent() && !hashed) {
            throw new FormatException(
                    "a kernel is given, but the firmware's SEV metadata has no section for kernel hashes (type 0x10)");
        }
        return withProcessors(
                maxProcessors,
                (vmsa, name) -> digest.update(SnpPageType.VMSA, VMSA_GPA, vmsa, name),
                sevFeatures,
                digest::soFar);
    }

    private void launch(MetadataSection section, SnpDigest digest) {
        switch (section.type()) {
            case SEC_MEMORY -> {
                SnpPageType type = vmm.leavesSecMemoryUnmeasured() ? SnpPageType.UNMEASURED : SnpPageType.ZERO;
                pages(section, type, "SEC memory", digest);
            }
            case SECRETS -> pages(section, SnpPageType.SECRETS, "", digest);
            case CPUID -> pages(section, SnpPageType.CPUID, "", digest);
            case SVSM_CALLING_AREA -> pages(section, SnpPageType.ZERO, "SVSM calling area", digest);
            case KERNEL_HASHES -> kernelHashes(section, digest);
        }
    }

    private void kernelHashes(MetadataSection section, SnpDigest digest) {
        if (kernel.isEmpty()) {
            pages(section, SnpPageType.ZERO, "no kernel hashes", digest);
            return;
        }
        if (section.range().size() != PAGE) {
            throw new FormatException(String.format(
                    "SEV metadata section of 0x%x bytes for kernel hashes, expected 0x%x",
                    section.range().size(), PAGE));
        }
        Bytes page = kernel.get().page(requireHashesTable());
        digest.update(SnpPageType.NORMAL, section.range().start(), page, "kernel hashes");
    }

    private long requireHashesTable() {
        return firmware.hashesTableGpa()
                .orElseThrow(
                        () -> new FormatException(
                                "a kernel is given, but the firmware has no place for hashes of kernel, initrd and command line"));
    }

    private static void pages(MetadataSection section, SnpPageType type, String detail, SnpDigest digest) {
        for (long gpa = section.range().start(); gpa < section.range().end(); gpa += PAGE) {
            digest.update(type, gpa, Bytes.EMPTY, detail);
        }
    }

    private List<Bytes> sev(PlatformType platform, int maxProcessors, Trace trace) {
        SevDigest digest = new SevDigest(SevContent.STORED_DATA, trace);
        digest.data("DATA", OptionalLong.of(firmware.gpa()), firmware.content(), "firmware");
        if (kernel.isPresent()) {
            digest.data(
                    "DATA", OptionalLong.of(requireHashesTable()), kernel.get().toBytes(), "kernel hashes");
        }
        if (platform == PlatformType.SEV) {
            Bytes same = digest.soFar();
            return java.util.Collections.nCopies(maxProcessors, same);
        }
        return withProcessors(
                maxProcessors, (vmsa, name) -> digest.data("VMSA", OptionalLong.empty(), vmsa, name), 0, digest::soFar);
    }

    /** Takes the save area of one more processor. */
    private interface Processors {
        void add(Bytes vmsa, String name);
    }

    private List<Bytes> withProcessors(int count, Processors processors, long features, Supplier<Bytes> digest) {
        List<Bytes> digests = new ArrayList<>();
        for (int vp = 0; vp < count; vp++) {
            long eip = vp == 0 ? SaveAreaStyle.RESET_VECTOR : requireApReset();
            processors.add(vmm.style().saveArea(eip, cpuSignature, features), "vp " + vp);
            digests.add(digest.get());
        }
        return List.copyOf(digests);
    }

    private long requireApReset() {
        return firmware.apResetEip()
                .orElseThrow(() -> new FormatException(
                        "more than one processor, but the firmware has no SEV-ES reset block for the others"));
    }
}
