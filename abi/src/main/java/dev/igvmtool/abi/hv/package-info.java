/**
 * The hypervisor interface as programs and machine share it: hypercall codes, control words and status values, register
 * names, input structures, intercept messages and the pages that guest and hypervisor share. Follows the Hyper-V Top
 * Level Functional Specification as far as {@code hvdef} of openvmm uses it. Start at
 * {@link dev.igvmtool.abi.hv.HypercallCode}. Depends on {@code abi.binary} and {@code abi.x64}.
 */
@NullMarked
package dev.igvmtool.abi.hv;

import org.jspecify.annotations.NullMarked;
