package dev.igvmtool.devicetree.binding;

import dev.igvmtool.abi.binary.GpaRange;

/**
 * One range of the host's memory map.
 *
 * @param node NUMA node, 32 bits
 * @param igvmType memory map entry type of the IGVM specification, {@link #MEMORY} or {@link #VTL2_PROTECTABLE} usually
 */
public record MemoryEntry(GpaRange range, long node, int igvmType) {
    /** Normal memory. */
    public static final int MEMORY = 0;
    /** Memory that VTL2 may take for itself. */
    public static final int VTL2_PROTECTABLE = 3;
}
