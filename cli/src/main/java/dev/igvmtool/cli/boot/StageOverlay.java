package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.bootshim.BootShim;
import dev.igvmtool.cli.StagePrograms;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.vp.Vp;
import java.util.List;

/**
 * Puts stage programs over the entry points of a loaded image, in place of machine code. The file and what is measured
 * of it do not change.
 *
 * @param shimBase lowest address of the boot shim
 * @param paramsGpa address of the shim's parameters
 */
public record StageOverlay(long shimBase, long paramsGpa) {
    /** The stages that have an entry point in a loaded image; the others are files in its initrd. */
    public static final List<String> STAGES = List.of("boot-shim", "sidecar", "kernel-stub");

    /** Where the shim of a machine stands that has not run yet; it must have the shape of ours. */
    static StageOverlay of(Machine machine) {
        Vp boot = machine.vp(0);
        long base = boot.rip() - new BootShim().layout().entryOffset();
        return new StageOverlay(base, base + boot.get(Gpr.RSI));
    }

    /** @param stages some of {@link #STAGES} */
    void write(Machine machine, List<String> stages) {
        ShimParams params = machine.physicalMemory().read(ShimParams.CODEC, paramsGpa);
        for (String name : stages) {
            StagePrograms.find(name).ifPresent(stage -> {
                switch (name) {
                    case "boot-shim" -> put(machine, machine.vp(0).rip(), stage);
                    case "kernel-stub" -> put(machine, shimBase + params.kernelEntryOffset(), stage);
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

    private static void put(Machine machine, long entry, Program stage) {
        machine.physicalMemory().writeBytes(entry, StageImage.slots(stage));
    }
}
