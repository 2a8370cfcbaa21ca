package dev.igvmtool.devicetree.binding;

/**
 * One processor; its position in the list is its VP index.
 *
 * @param hardwareId APIC id or MPIDR
 * @param node NUMA node, 32 bits
 */
public record CpuEntry(long hardwareId, long node) {}
