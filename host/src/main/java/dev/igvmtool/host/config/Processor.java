package dev.igvmtool.host.config;

/**
 * One virtual processor; its index is its place in the list.
 *
 * @param apicId x2APIC id, 32 bits
 * @param node virtual NUMA node
 */
public record Processor(int apicId, int node) {}
