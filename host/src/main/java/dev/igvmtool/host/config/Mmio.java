package dev.igvmtool.host.config;

import dev.igvmtool.abi.binary.GpaRange;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Address ranges for devices.
 *
 * @param chipsetLow below 4 GiB, for VTL0
 * @param chipsetHigh above 4 GiB, for VTL0
 * @param vtl2 for VTL2
 * @param vtl2Second for VTL2, where a host gives it two ranges; openvmm never does
 */
public record Mmio(
        Optional<GpaRange> chipsetLow,
        Optional<GpaRange> chipsetHigh,
        Optional<GpaRange> vtl2,
        Optional<GpaRange> vtl2Second) {
    /** No device has a range. */
    public static final Mmio NONE = new Mmio(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** The ranges that VTL2 is told of as its own, in the order in which it is told. */
    public List<GpaRange> ofVtl2() {
        return Stream.of(vtl2, vtl2Second).flatMap(Optional::stream).toList();
    }

    /** All ranges. */
    public List<GpaRange> all() {
        return Stream.of(chipsetLow, chipsetHigh, vtl2, vtl2Second)
                .flatMap(Optional::stream)
                .toList();
    }
}
