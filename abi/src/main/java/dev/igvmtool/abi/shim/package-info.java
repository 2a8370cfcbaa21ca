/**
 * What an OpenHCL image says to its boot shim, and what one instance of VTL2 leaves for the next. Structures of
 * {@code loader_defs::shim} ({@code vm/loader/loader_defs}). Start at {@link dev.igvmtool.abi.shim.ShimParams}. Depends
 * on {@code abi.binary} only.
 */
@NullMarked
package dev.igvmtool.abi.shim;

import org.jspecify.annotations.NullMarked;
