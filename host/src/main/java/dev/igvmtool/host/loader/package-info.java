/**
 * Turns an image into a virtual machine that is ready to run: chooses a platform, places VTL2, imports pages, fills
 * parameter areas, sets the boot processor. {@link dev.igvmtool.host.loader.IgvmLoader} decides everything without a
 * machine, {@link dev.igvmtool.host.loader.LoadPlan} is what it decides. Follows igvm_defs 0.4 and openvmm
 * (openvmm_core/src/worker/vm_loaders/igvm.rs, vm_loader/src/initial_regs.rs, openvmm_core/src/worker/dispatch.rs).
 * May use {@code machine}, {@code igvm-format}, {@code device-tree} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.host.loader;

import org.jspecify.annotations.NullMarked;
