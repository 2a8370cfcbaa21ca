/**
 * The paravisor as a program: reads its device tree and measured configuration, loads and starts VTL0, completes its
 * exits. Follows OpenHCL (underhill_core) without isolation. Start at {@code ParavisorRuntime}; decisions are in the
 * packages below. Depends on {@code machine.guest}, {@code device-tree} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.paravisor;

import org.jspecify.annotations.NullMarked;
