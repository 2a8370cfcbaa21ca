/**
 * The VBS launch digest. Follows the Hyper-V VBS boot measurement, as the igvm crate applies it. Start at
 * {@link dev.igvmtool.measurement.vbs.VbsDigest}. May use {@code igvm-format} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.measurement.vbs;

import org.jspecify.annotations.NullMarked;
