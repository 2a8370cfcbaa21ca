/**
 * The report of an OpenHCL paravisor: a report of the platform with run-time claims, which it binds by their hash. Azure
 * hands it out in an NV index of the virtual TPM. Follows OpenVMM ({@code openhcl/openhcl_attestation_protocol}). Start at
 * {@link dev.igvmtool.attestation.hcl.HclReport}. May use {@code abi}, {@code measurement} and the packages for documents
 * and verdicts.
 */
@NullMarked
package dev.igvmtool.attestation.hcl;

import org.jspecify.annotations.NullMarked;
