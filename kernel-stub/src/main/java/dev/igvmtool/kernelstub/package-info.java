/**
 * The Linux hand-off: checks and takes {@code boot_params}, unpacks the initrd and starts the first process. Start at
 * {@code KernelStub}. Depends on {@code machine.guest}, {@code device-tree} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.kernelstub;

import org.jspecify.annotations.NullMarked;
