package dev.igvmtool.measurement.ovmf;

import java.util.List;
import java.util.Optional;

/**
 * A virtual machine monitor, by how it launches OVMF.
 *
 * @param title its name for users
 * @param style what it puts into the save areas of processors
 * @param leavesSecMemoryUnmeasured whether memory for the SEC phase is launched without being measured
 * @param launchesCpuidLast whether CPUID pages are launched after all other memory
 */
public record Vmm(String title, SaveAreaStyle style, boolean leavesSecMemoryUnmeasured, boolean launchesCpuidLast) {
    /** QEMU with KVM. */
    public static final Vmm QEMU = new Vmm(
            "qemu",
            new SaveAreaStyle(0x9b, 0x9b, 0x93, 0x8b, SaveAreaStyle.USUAL_PAT, true, 0, 0x1f80, 0x37f),
            false,
            false);

    /** Amazon EC2, after sev-snp-measure 0.0.13. */
    public static final Vmm EC2 = new Vmm(
            "ec2", new SaveAreaStyle(0x9a, 0x9b, 0x92, 0x83, SaveAreaStyle.USUAL_PAT, false, 0x600, 0, 0), false, true);

    /** Amazon EC2, after virtee/sev, which has another RDX. */
    public static final Vmm EC2_VIRTEE = new Vmm(
            "ec2-virtee",
            new SaveAreaStyle(0x9a, 0x9b, 0x92, 0x83, SaveAreaStyle.USUAL_PAT, false, 0, 0, 0),
            false,
            true);

    /** Google Compute Engine. */
    public static final Vmm GCE =
            new Vmm("gce", new SaveAreaStyle(0x9b, 0x9b, 0x93, 0x8b, 0x0007_0106, false, 0x600, 0, 0), true, false);

    /** libkrun, after virtee/sev. */
    public static final Vmm KRUN = new Vmm(
            "krun", new SaveAreaStyle(0x9a, 0x9a, 0x92, 0x83, SaveAreaStyle.USUAL_PAT, false, 0, 0, 0), false, false);

    /** Every monitor. */
    public static final List<Vmm> ALL = List.of(QEMU, EC2, EC2_VIRTEE, GCE, KRUN);

    /** The monitor of that title. */
    public static Optional<Vmm> of(String title) {
        return ALL.stream().filter(it -> it.title.equals(title)).findFirst();
    }
}
