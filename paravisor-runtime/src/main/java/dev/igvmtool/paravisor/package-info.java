/**
 * The start of the paravisor: reads its device tree and measured configuration, loads and starts VTL0. Start at {@code
 * ParavisorRuntime}. Depends on {@code machine.guest}, {@code device-tree} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.paravisor;

import org.jspecify.annotations.NullMarked;
