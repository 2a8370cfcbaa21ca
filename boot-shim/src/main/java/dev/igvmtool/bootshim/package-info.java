/**
 * The boot shim: takes the image as loaded and leaves a kernel ready to run. Start at {@code BootShim}. Depends on
 * {@code machine.guest}, {@code device-tree} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.bootshim;

import org.jspecify.annotations.NullMarked;
