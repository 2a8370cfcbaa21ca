/**
 * The TDX launch digest. Follows the TDX module base specification, MRTD, as the igvm crate applies it. Start at
 * {@link dev.igvmtool.measurement.tdx.TdxDigest}. May use {@code igvm-format} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.measurement.tdx;

import org.jspecify.annotations.NullMarked;
