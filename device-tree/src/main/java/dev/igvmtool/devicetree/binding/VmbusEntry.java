package dev.igvmtool.devicetree.binding;

import dev.igvmtool.abi.binary.GpaRange;
import java.util.List;

/**
 * The bus of one VTL.
 *
 * @param mmio at most two ranges, ascending
 * @param connectionId of the message port, 32 bits
 */
public record VmbusEntry(List<GpaRange> mmio, long connectionId) {
    public VmbusEntry {
        mmio = List.copyOf(mmio);
    }
}
