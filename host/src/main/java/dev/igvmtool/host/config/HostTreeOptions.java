package dev.igvmtool.host.config;

import java.util.OptionalLong;

/**
 * Departures of the host's device tree from openvmm's.
 *
 * @param pioBusName name of the bus of serial ports
 * @param pioBusSizeCells its {@code #size-cells}
 * @param keepAlive whether the tree says that NVMe devices are kept alive
 * @param totalPages hint for VTL2's private pool, node {@code device-dma}
 * @param vtl0AliasMap address bit under which VTL0 memory appears again
 */
public record HostTreeOptions(
        String pioBusName, int pioBusSizeCells, boolean keepAlive, OptionalLong totalPages, OptionalLong vtl0AliasMap) {
    /** As openvmm. */
    public static final HostTreeOptions OPENVMM =
            new HostTreeOptions("pio-bus", 1, true, OptionalLong.empty(), OptionalLong.empty());
}
