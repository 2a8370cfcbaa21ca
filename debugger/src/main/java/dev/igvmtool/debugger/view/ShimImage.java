package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.vp.Vp;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * The boot shim of a loaded OpenHCL image, by which all other parts are found.
 *
 * @param shimBase lowest address of the boot shim
 * @param entry its entry point
 * @param paramsGpa address of its parameters
 * @param params its parameters
 */
public record ShimImage(long shimBase, long entry, long paramsGpa, ShimParams params) {
    private static final long PAGE = PhysicalMemory.PAGE_SIZE;

    /** A shim's entry point is at most this far into its image. */
    private static final long MAX_ENTRY_OFFSET = 16 << 20;

    private static final long MAX_LOG_BYTES = 15 * PAGE;

    /** Images of older builders have no hashes of single pages. */
    private static final long LEAST_PARAMETER_REGION_BYTES = ParameterRegion.PAGE_HASHES_PAGE * PAGE;

    private static final long MOST_PARAMETER_REGION_BYTES = 64 << 20;

    /**
     * The shim of a machine that has not run yet. RSI, on AArch64 X0, tells where the parameters are, but from the shim's
     * base, which no register tells: it is the page below the entry point from which that leads to parameters.
     */
    public static Optional<ShimImage> find(Machine machine) {
        Vp boot = machine.vp(0);
        long distance = boot.partition().architecture() == Architecture.AARCH64
                ? boot.state().x(0)
                : boot.state().gpr(boot.vtl(), Gpr.RSI);
        long entry = boot.state().active().rip;
        long first = entry & -PAGE;
        for (long base = first; base >= 0 && base > first - MAX_ENTRY_OFFSET; base -= PAGE) {
            long gpa = base + distance;
            PhysicalMemory memory = machine.physicalMemory();
            if (gpa >= 0 && memory.isRam(gpa) && memory.isRam(gpa + ShimParams.CODEC.size() - 1)) {
                ShimParams params = memory.read(ShimParams.CODEC, gpa);
                if (isPlausible(memory, base, params)) {
                    return Optional.of(new ShimImage(base, entry, gpa, params));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isPlausible(PhysicalMemory memory, long base, ShimParams params) {
        long region = params.parameterRegionSize();
        return region >= LEAST_PARAMETER_REGION_BYTES
                && region <= MOST_PARAMETER_REGION_BYTES
                && region % PAGE == 0
                && params.logBufferSize() > 0
                && params.logBufferSize() <= MAX_LOG_BYTES
                && params.logBufferSize() % PAGE == 0
                && params.usedStart() < params.usedEnd()
                && isRam(memory, base + params.logBufferStart(), params.logBufferSize())
                && isRam(memory, base + params.parameterRegionOffset(), region);
    }

    private static boolean isRam(PhysicalMemory memory, long gpa, long sizeBytes) {
        return gpa >= 0 && memory.isRam(gpa) && memory.isRam(gpa + sizeBytes - 1);
    }

    /** Address of what an offset of the parameters points to. */
    public long gpaOf(long offset) {
        return shimBase + offset;
    }

    /**
     * The shim's own pages: up to what the image has next.
     *
     * @param machine has not run yet
     */
    public GpaRange pages(Machine machine) {
        long end = LongStream.of(
                        params.initrdSize() == 0 ? 0 : shimBase + params.initrdOffset(),
                        machine.vp(0).state().active().gdtr.base(),
                        paramsGpa,
                        shimBase + params.commandLineOffset(),
                        shimBase + params.parameterRegionOffset(),
                        shimBase + params.logBufferStart(),
                        shimBase + params.usedEnd())
                .filter(next -> next > entry)
                .min()
                .orElse(entry);
        return new GpaRange(shimBase, end & -PAGE);
    }

    /** The kernel's first instruction. */
    public long kernelEntry() {
        return shimBase + params.kernelEntryOffset();
    }

    /** First address past the kernel: sidecar or shim follow it, on AArch64 the initrd. */
    public long kernelEnd() {
        long initrd = params.initrdSize() == 0 ? shimBase : shimBase + params.initrdOffset();
        long next = params.sidecarSize() == 0 ? shimBase : shimBase + params.sidecarOffset();
        return initrd > kernelEntry() ? Math.min(initrd, next) : next;
    }

    /** Memory that is kept for the state of a previous instance; most of it is never used for that. */
    public GpaRange persistedState() {
        return GpaRange.ofSize(shimBase + params.persistedStateRegionOffset(), params.persistedStateRegionSize());
    }

    /** The shim's heap, which only decodes such state. */
    public GpaRange heap() {
        return GpaRange.ofSize(shimBase + params.heapStartOffset(), params.heapSize());
    }
}
