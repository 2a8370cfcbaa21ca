package dev.igvmtool.kernelstub.arm;

import dev.igvmtool.abi.binary.GpaRange;

/**
 * All that the kernel remembers.
 *
 * @param tree the device tree that it was given
 * @param log its log
 * @param online a byte for each processor, 1 once it runs
 * @param report a page for the text that the host is told at a panic
 */
public record ArmKernelState(GpaRange tree, GpaRange log, GpaRange online, GpaRange report) {}
