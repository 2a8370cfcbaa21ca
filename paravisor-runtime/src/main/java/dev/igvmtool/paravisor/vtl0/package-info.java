/**
 * How VTL0 is prepared: what is written into its memory, and the registers of its first VP, for Linux booted directly
 * and for UEFI. Pure: a plan, which the runtime carries out. Follows OpenHCL (vm_loader, loader: linux.rs, uefi config).
 * Start at {@link dev.igvmtool.paravisor.vtl0.LoadPlan}. Depends on {@code paravisor.config} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.paravisor.vtl0;

import org.jspecify.annotations.NullMarked;
