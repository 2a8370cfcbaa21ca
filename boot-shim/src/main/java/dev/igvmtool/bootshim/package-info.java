/**
 * The boot shim, openhcl_boot: takes an OpenHCL image as the host loaded it and leaves a kernel ready to run. Each step
 * reads its inputs again, asks {@code bootshim.plan} what to do and writes the outcome; what only the running shim knows
 * is in its bss. Follows openvmm, openhcl/openhcl_boot. Start at {@link dev.igvmtool.bootshim.BootShim}. Depends on
 * {@code machine.guest}, {@code device-tree} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.bootshim;

import org.jspecify.annotations.NullMarked;
