package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.cli.StagePrograms;
import dev.igvmtool.debugger.view.ShimImage;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.StageImage;
import java.util.List;
import java.util.Optional;

/**
 * Puts stage programs over the entry points of a loaded image, in place of machine code. The file and what is measured
 * of it do not change.
 *
 * @param shimBase lowest address of the boot shim
 * @param paramsGpa address of the shim's parameters
 * @param params the shim's parameters
 */
public record StageOverlay(long shimBase, long paramsGpa, ShimParams params) {
    private static final String KERNEL = "kernel-stub";

    /** The stages that have an entry point in a loaded image; the others are files in its initrd. */
    public static final List<String> STAGES = List.of("boot-shim", "sidecar", KERNEL);

    /** The shim of a machine that has not run yet, if it runs an OpenHCL image. */
    public static Optional<StageOverlay> find(Machine machine) {
        return ShimImage.find(machine).map(it -> new StageOverlay(it.shimBase(), it.paramsGpa(), it.params()));
    }

    /**
     * Puts the stages over the image that run before the kernel. The kernel's own code is left until it is about to run,
     * for the shim of an isolated guest hashes it.
     *
     * @param stages some of {@link #STAGES}
     */
    public void write(Machine machine, List<String> stages) {
        for (String name : stages) {
            StagePrograms.find(name).ifPresent(stage -> {
                switch (name) {
                    case "boot-shim" -> {
                        checkShape(machine.vp(0).rip(), stage);
                        put(machine, machine.vp(0).rip(), stage);
                    }
                    case KERNEL -> {}
                    case "sidecar" -> {
                        if (params.sidecarSize() != 0) {
                            put(machine, shimBase + params.sidecarEntryOffset(), stage);
                        }
                    }
                    default -> throw new IllegalArgumentException("stage " + name + " has no entry point in an image");
                }
            });
        }
    }

    /** Address of the kernel's entry point. */
    public long kernelEntry() {
        return shimBase + params.kernelEntryOffset();
    }

    /** Puts the kernel stage over the kernel, which is about to run, if it is one of {@code stages}. */
    public void writeKernel(Machine machine, List<String> stages) {
        if (stages.contains(KERNEL)) {
            StagePrograms.find(KERNEL).ifPresent(stage -> put(machine, kernelEntry(), stage));
        }
    }

    /** The stage finds its data by its distance from the entry point. */
    private void checkShape(long entry, Program stage) {
        if (entry - shimBase != stage.layout().entryOffset()) {
            throw new IgvmToolException(String.format(
                    "%s cannot be put over this image: its entry point is 0x%x into it, expected 0x%x",
                    stage.name(), entry - shimBase, stage.layout().entryOffset()));
        }
    }

    private static void put(Machine machine, long entry, Program stage) {
        machine.physicalMemory().writeBytes(entry, StageImage.slots(stage));
    }
}
