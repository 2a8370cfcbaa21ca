/**
 * The kernel's side of the hypervisor interface: hypercalls with the per-CPU pages, registers, interrupts between
 * processors. Follows the TLFS. Start at {@link dev.igvmtool.kernelstub.hv.Hypercalls}. Depends on
 * {@code machine.guest} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.kernelstub.hv;

import org.jspecify.annotations.NullMarked;
