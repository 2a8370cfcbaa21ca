package dev.igvmtool.devicetree.binding;

import dev.igvmtool.abi.binary.GpaRange;

/**
 * Interrupt controller of an aarch64 machine, GIC version 3.
 *
 * @param redistributorStride bytes from one redistributor to the next
 */
public record GicEntry(GpaRange distributor, GpaRange redistributors, long redistributorStride) {}
