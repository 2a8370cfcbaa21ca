/**
 * What a trust domain shares with its module and its host: leaves of TDCALL with their operands, status codes, fields of
 * its virtual processors, and the registers with which a partition inside it runs. Follows the Intel TDX module ABI and
 * TD partitioning architecture specifications and the guest-hypervisor communication interface. Start at
 * {@link dev.igvmtool.abi.tdx.TdCall}. Depends on {@code abi.binary} and {@code abi.x64}.
 */
@NullMarked
package dev.igvmtool.abi.tdx;

import org.jspecify.annotations.NullMarked;
