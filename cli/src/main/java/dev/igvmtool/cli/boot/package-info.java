/**
 * Booting an image in the emulated machine and telling what happened: the timeline with its event ids, the hand-over to
 * the kernel, the trace, dumps. Follows the boot-flow reference of OpenHCL for the ids. Start at
 * {@link dev.igvmtool.cli.boot.Boot}. May use {@code host}, {@code machine}, {@code igvm-builder}, {@code igvm-format},
 * {@code abi} and the stage programs.
 */
@NullMarked
package dev.igvmtool.cli.boot;

import org.jspecify.annotations.NullMarked;
