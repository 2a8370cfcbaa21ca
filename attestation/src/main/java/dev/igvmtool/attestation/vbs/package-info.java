/**
 * Reports of virtual machines that Hyper-V isolates by virtualization-based security. Follows the VBS report structures of
 * OpenVMM ({@code vm/hv1/hv1_structs}, {@code VbsReport}), as no public specification is known. Start at
 * {@link dev.igvmtool.attestation.vbs.VbsReport}. May use {@code abi} and the verdict.
 */
@NullMarked
package dev.igvmtool.attestation.vbs;

import org.jspecify.annotations.NullMarked;
