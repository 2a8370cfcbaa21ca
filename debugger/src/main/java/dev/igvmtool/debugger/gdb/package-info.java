/**
 * The debugger behind gdb's remote serial protocol: VPs are threads, steps of stages are instructions, and the run goes in
 * both directions. Specification: Debugging with GDB, appendix E. Start at {@link dev.igvmtool.debugger.gdb.GdbServer}.
 * Depends on {@code debugger}, {@code debugger.console}, {@code machine} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.debugger.gdb;

import org.jspecify.annotations.NullMarked;
