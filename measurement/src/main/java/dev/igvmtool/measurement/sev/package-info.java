/**
 * The launch digests of SEV and SEV-ES. Specification: SEV API, LAUNCH_UPDATE_DATA and LAUNCH_UPDATE_VMSA. Start at
 * {@link dev.igvmtool.measurement.sev.SevDigest}. May use {@code igvm-format} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.measurement.sev;

import org.jspecify.annotations.NullMarked;
