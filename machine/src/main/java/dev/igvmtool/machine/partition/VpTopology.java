package dev.igvmtool.machine.partition;

/**
 * Place of one VP; its index is its place in the list of the configuration.
 *
 * @param apicId x2APIC id
 * @param node NUMA node
 */
public record VpTopology(int apicId, int node) {}
