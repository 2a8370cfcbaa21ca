/**
 * What an OpenHCL image says to the paravisor, and through the boot shim to the kernel: measured configuration pages,
 * command line, and the layout of the regions in which they stand. Structures of {@code loader_defs::paravisor}
 * ({@code vm/loader/loader_defs}). Start at {@link dev.igvmtool.abi.paravisor.ParameterRegion}. Depends on
 * {@code abi.binary} only.
 */
@NullMarked
package dev.igvmtool.abi.paravisor;

import org.jspecify.annotations.NullMarked;
