package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.cli.StagePrograms;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.vp.Vp;
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

    /** A shim's entry point is at most this far into its image. */
    private static final long MAX_ENTRY_OFFSET = 16 << 20;

    private static final long MAX_LOG_BYTES = 15 * PhysicalMemory.PAGE_SIZE;
    private static final long PARAMETER_REGION_BYTES = (long) ParameterRegion.PAGE_COUNT * PhysicalMemory.PAGE_SIZE;

    /**
     * The shim of a machine that has not run yet. RSI tells where the parameters are, but from the shim's base, which no
     * register tells: it is the page below RIP from which RSI leads to parameters.
     */
    static Optional<StageOverlay> find(Machine machine) {
        Vp boot = machine.vp(0);
        long first = boot.rip() & -PhysicalMemory.PAGE_SIZE;
        for (long base = first; base >= 0 && base > first - MAX_ENTRY_OFFSET; base -= PhysicalMemory.PAGE_SIZE) {
            long gpa = base + boot.get(Gpr.RSI);
            PhysicalMemory memory = machine.physicalMemory();
            if (gpa >= 0 && memory.isRam(gpa) && memory.isRam(gpa + ShimParams.CODEC.size() - 1)) {
                ShimParams params = memory.read(ShimParams.CODEC, gpa);
                if (isPlausible(memory, base, params)) {
                    return Optional.of(new StageOverlay(base, gpa, params));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isPlausible(PhysicalMemory memory, long base, ShimParams params) {
        long log = base + params.logBufferStart();
        return params.parameterRegionSize() == PARAMETER_REGION_BYTES
                && params.logBufferSize() > 0
                && params.logBufferSize() <= MAX_LOG_BYTES
                && log >= 0
                && memory.isRam(log)
                && memory.isRam(log + params.logBufferSize() - 1);
    }

    /**
     * Puts the stages over the image that run before the kernel. The kernel's own code is left until it is about to run,
     * for the shim of an isolated guest hashes it.
     *
     * @param stages some of {@link #STAGES}
     */
    void write(Machine machine, List<String> stages) {
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

    /** Puts the kernel stage over the kernel, which is about to run, if it is one of {@code stages}. */
    void writeKernel(Machine machine, List<String> stages) {
        if (stages.contains(KERNEL)) {
            StagePrograms.find(KERNEL).ifPresent(stage -> put(machine, shimBase + params.kernelEntryOffset(), stage));
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
