/**
 * A run as something to look at: turn by turn, with what each read, wrote and called, in the terms of structures. Start at
 * {@link dev.igvmtool.debugger.trace.RunTrace}. Depends on {@code debugger}, {@code debugger.view} and what stands below
 * them.
 */
@NullMarked
package dev.igvmtool.debugger.trace;

import org.jspecify.annotations.NullMarked;
