/**
 * The decisions of the boot shim, as pure functions from what it reads to records that say what to write: options,
 * memory, private pool, sidecar nodes, kernel command line, E820 map, device tree. No machine is needed to ask for them.
 * Follows openvmm, openhcl/openhcl_boot. Start at {@link dev.igvmtool.bootshim.plan.MemoryPlan}. Depends on {@code abi}
 * and {@code device-tree}.
 */
@NullMarked
package dev.igvmtool.bootshim.plan;

import org.jspecify.annotations.NullMarked;
