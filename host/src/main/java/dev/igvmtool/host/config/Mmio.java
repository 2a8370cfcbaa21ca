package dev.igvmtool.host.config;

import dev.igvmtool.abi.binary.GpaRange;
import java.util.Optional;

/**
 * Address ranges for devices.
 *
 * @param chipsetLow below 4 GiB, for VTL0
 * @param chipsetHigh above 4 GiB, for VTL0
 * @param vtl2 for VTL2
 */
public record Mmio(Optional<GpaRange> chipsetLow, Optional<GpaRange> chipsetHigh, Optional<GpaRange> vtl2) {}
