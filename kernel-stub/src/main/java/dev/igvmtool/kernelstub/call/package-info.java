/**
 * The system calls of the kernel: each a function of the caller's registers and memory that changes files, processes or
 * devices. Follows the kernel's manual pages as far as the first processes of the paravisor need them. Start at
 * {@link dev.igvmtool.kernelstub.call.SystemCalls}. Depends on {@code machine.guest}, {@code device-tree} and
 * {@code abi}.
 */
@NullMarked
package dev.igvmtool.kernelstub.call;

import org.jspecify.annotations.NullMarked;
