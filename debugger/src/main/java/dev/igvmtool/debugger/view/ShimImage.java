package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.vp.Vp;
import java.util.Optional;

/**
 * The boot shim of a loaded OpenHCL image, by which all other parts are found.
 *
 * @param shimBase lowest address of the boot shim
 * @param paramsGpa address of its parameters
 * @param params its parameters
 */
public record ShimImage(long shimBase, long paramsGpa, ShimParams params) {
    /** A shim's entry point is at most this far into its image. */
    private static final long MAX_ENTRY_OFFSET = 16 << 20;

    private static final long MAX_LOG_BYTES = 15 * PhysicalMemory.PAGE_SIZE;
    private static final long PARAMETER_REGION_BYTES = (long) ParameterRegion.PAGE_COUNT * PhysicalMemory.PAGE_SIZE;

    /**
     * The shim of a machine that has not run yet. RSI tells where the parameters are, but from the shim's base, which no
     * register tells: it is the page below RIP from which RSI leads to parameters.
     */
    public static Optional<ShimImage> find(Machine machine) {
        Vp boot = machine.vp(0);
        long rsi = boot.state().gpr(boot.vtl(), Gpr.RSI);
        long first = boot.state().active().rip & -PhysicalMemory.PAGE_SIZE;
        for (long base = first; base >= 0 && base > first - MAX_ENTRY_OFFSET; base -= PhysicalMemory.PAGE_SIZE) {
            long gpa = base + rsi;
            PhysicalMemory memory = machine.physicalMemory();
            if (gpa >= 0 && memory.isRam(gpa) && memory.isRam(gpa + ShimParams.CODEC.size() - 1)) {
                ShimParams params = memory.read(ShimParams.CODEC, gpa);
                if (isPlausible(memory, base, params)) {
                    return Optional.of(new ShimImage(base, gpa, params));
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

    /** Address of what an offset of the parameters points to. */
    public long gpaOf(long offset) {
        return shimBase + offset;
    }
}
