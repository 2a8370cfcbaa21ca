package dev.igvmtool.host.config;

import java.util.OptionalLong;

/** Where the image's VTL2 region goes, and who chooses the memory of VTL2. */
public sealed interface Vtl2Base {
    /** Where the file says; the file's required memory is VTL2's. */
    record File() implements Vtl2Base {}

    /**
     * At a given address; the file's required memory moves along.
     *
     * @param address new start of the relocatable region
     */
    record Absolute(long address) implements Vtl2Base {}

    /**
     * In a range that the host adds to RAM, on node 0, above everything else.
     *
     * @param address start of the range; if absent the host takes the first free address that the file allows
     * @param sizeBytes of the range; if absent that of the file's first protectable required memory
     */
    record MemoryLayout(OptionalLong address, OptionalLong sizeBytes) implements Vtl2Base {}

    /**
     * Where the file says; VTL2 selects its memory itself.
     *
     * @param sizeBytes that VTL2 is told to select; if absent the image decides
     * @param mmioSizeBytes of MMIO space that VTL2 is told to carve out
     */
    record Vtl2Allocate(OptionalLong sizeBytes, long mmioSizeBytes) implements Vtl2Base {
        /** MMIO space of openvmm. */
        public static final long DEFAULT_MMIO_SIZE = 128L << 20;
    }
}
