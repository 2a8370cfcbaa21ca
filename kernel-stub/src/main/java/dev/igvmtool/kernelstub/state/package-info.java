/**
 * What the kernel remembers between steps: one immutable record, and the object that works on it during a step. Process
 * registers, page tables, file content and the log are in guest memory; the record has what Linux has in its own data
 * structures without a layout that others see. Start at {@link dev.igvmtool.kernelstub.state.Kernel}. Depends on
 * {@code machine.guest}, {@code device-tree} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.kernelstub.state;

import org.jspecify.annotations.NullMarked;
