package dev.igvmtool.host.config;

import dev.igvmtool.abi.binary.GpaRange;

/**
 * RAM of one virtual NUMA node.
 *
 * @param range page-aligned
 * @param node virtual NUMA node
 */
public record RamRange(GpaRange range, int node) {}
