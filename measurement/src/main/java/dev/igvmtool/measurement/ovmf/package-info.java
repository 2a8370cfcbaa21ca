/**
 * Direct boot of OVMF with kernel, initrd and command line: what SNP, SEV and SEV-ES measure when no IGVM file says it.
 * Follows OVMF's reset vector (GUIDed table, SEV metadata), QEMU's {@code target/i386/sev.c} (hashes table, save areas)
 * and, for other virtual machine monitors, sev-snp-measure and virtee/sev. Start at
 * {@link dev.igvmtool.measurement.ovmf.OvmfMeasurement}. May use the other packages of {@code measurement}, and
 * {@code abi}.
 */
@NullMarked
package dev.igvmtool.measurement.ovmf;

import org.jspecify.annotations.NullMarked;
