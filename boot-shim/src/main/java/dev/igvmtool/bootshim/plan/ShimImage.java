package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.abi.shim.ShimParams;

/**
 * The parts of the running image at their addresses: the parameters of the image builder, made absolute.
 *
 * @param shimBase lowest address of the loaded shim
 * @param params as they stand in memory, relative to {@code shimBase}
 */
public record ShimImage(long shimBase, ShimParams params) {
    private static final long PAGE_BYTES = 4096;

    /** @throws ShimFatalException if a part of the image reaches past the end of the address space */
    public ShimImage {
        range(shimBase, params.initrdOffset(), params.initrdSize());
        range(shimBase, params.memoryStartOffset(), params.memorySize());
        range(shimBase, params.parameterRegionOffset(), params.parameterRegionSize());
        range(shimBase, params.vtl2ReservedRegionOffset(), params.vtl2ReservedRegionSize());
        range(shimBase, params.sidecarOffset(), params.sidecarSize());
        range(shimBase, params.usedStart(), params.usedEnd() - params.usedStart());
        range(shimBase, params.bounceBufferStart(), params.bounceBufferSize());
        range(shimBase, params.logBufferStart(), params.logBufferSize());
        range(shimBase, params.persistedStateRegionOffset(), params.persistedStateRegionSize());
        // Images of older builders end before the hashes of single pages.
        long least = ParameterRegion.PAGE_HASHES_PAGE * PAGE_BYTES;
        if (Long.compareUnsigned(params.parameterRegionSize(), least) < 0) {
            throw new ShimFatalException(String.format(
                    "parameter region has 0x%x bytes, expected at least 0x%x", params.parameterRegionSize(), least));
        }
    }

    /** First instruction of the kernel. */
    public long kernelEntry() {
        return shimBase + params.kernelEntryOffset();
    }

    /** Page of the measured command line. */
    public long commandLinePage() {
        return shimBase + params.commandLineOffset();
    }

    /** Bytes of the initrd; empty without one. */
    public GpaRange initrd() {
        return range(params.initrdOffset(), params.initrdSize());
    }

    /** Memory of VTL2 as the image requires it. */
    public GpaRange memory() {
        return range(params.memoryStartOffset(), params.memorySize());
    }

    /** What the image occupies of {@link #memory()}. */
    public GpaRange used() {
        return new GpaRange(shimBase + params.usedStart(), shimBase + params.usedEnd());
    }

    /** Pages that the host fills, and measured pages. */
    public GpaRange parameterRegion() {
        return range(params.parameterRegionOffset(), params.parameterRegionSize());
    }

    /** A page of the parameter region, see {@link ParameterRegion}. */
    public long parameterPage(int page) {
        return parameterRegion().start() + page * PAGE_BYTES;
    }

    /** Where the host puts its device tree. */
    public GpaRange deviceTree() {
        return GpaRange.ofSize(
                parameterPage(ParameterRegion.DEVICE_TREE_PAGE), ParameterRegion.DEVICE_TREE_PAGE_COUNT * PAGE_BYTES);
    }

    /** Pages for SNP; empty if the image has none. */
    public GpaRange reservedRegion() {
        return range(params.vtl2ReservedRegionOffset(), params.vtl2ReservedRegionSize());
    }

    /** Image of the sidecar; empty without one. */
    public GpaRange sidecar() {
        return range(params.sidecarOffset(), params.sidecarSize());
    }

    /** Entry point of the sidecar. */
    public long sidecarEntry() {
        return shimBase + params.sidecarEntryOffset();
    }

    /** Scratch memory for the conversion of shared pages; empty if the image has none. */
    public GpaRange bounceBuffer() {
        return range(params.bounceBufferStart(), params.bounceBufferSize());
    }

    /** Where the shim logs. */
    public GpaRange logBuffer() {
        return range(params.logBufferStart(), params.logBufferSize());
    }

    /** Where a previous instance of VTL2 left its state. */
    public GpaRange persistedStateRegion() {
        return range(params.persistedStateRegionOffset(), params.persistedStateRegionSize());
    }

    private GpaRange range(long offset, long sizeBytes) {
        return range(shimBase, offset, sizeBytes);
    }

    private static GpaRange range(long base, long offset, long sizeBytes) {
        long start = base + offset;
        if (Long.compareUnsigned(start + sizeBytes, start) < 0) {
            throw new ShimFatalException(String.format(
                    "part of the image at 0x%x with 0x%x bytes reaches past the end of the address space",
                    start, sizeBytes));
        }
        return GpaRange.ofSize(start, sizeBytes);
    }
}
