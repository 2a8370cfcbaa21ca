/**
 * The debugger on whole boots: an image loaded into a machine with its logs and the origins of its bytes, and a terminal
 * for the console. Start at {@link dev.igvmtool.cli.debug.DebugTarget}. May use {@code debugger}, {@code host},
 * {@code igvm-builder}, {@code igvm-format} and what stands below them.
 */
@NullMarked
package dev.igvmtool.cli.debug;

import org.jspecify.annotations.NullMarked;
