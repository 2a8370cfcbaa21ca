package dev.igvmtool.devicetree.binding;

import java.util.OptionalLong;

/**
 * Who chooses the memory of VTL2: {@code memory-allocation-mode} of node {@code /openhcl}.
 *
 * @param vtl2 true if VTL2 selects its own memory ({@code vtl2}), false if the host gives it ({@code host})
 * @param memorySize bytes that VTL2 shall select; only with {@code vtl2}
 * @param mmioSize bytes of MMIO space for VTL2; only with {@code vtl2}
 */
public record MemoryAllocation(boolean vtl2, OptionalLong memorySize, OptionalLong mmioSize) {
    /** The host lists the memory of VTL2. */
    public static final MemoryAllocation HOST = new MemoryAllocation(false, OptionalLong.empty(), OptionalLong.empty());

    public MemoryAllocation {
        if (!vtl2 && (memorySize.isPresent() || mmioSize.isPresent())) {
            throw new IllegalArgumentException("sizes belong to self selection only");
        }
    }

    /** VTL2 selects its own memory. */
    public static MemoryAllocation vtl2(OptionalLong memorySize, OptionalLong mmioSize) {
        return new MemoryAllocation(true, memorySize, mmioSize);
    }

    /** The property's text. */
    public String mode() {
        return vtl2 ? "vtl2" : "host";
    }
}
