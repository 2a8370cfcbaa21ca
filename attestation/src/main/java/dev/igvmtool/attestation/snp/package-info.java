/**
 * SEV-SNP attestation reports, their keys and certificates. Follows the SEV-SNP firmware ABI (AMD publication 56860), the
 * VCEK certificate and KDS interface specification (57230) and the GHCB specification (56421). Start at
 * {@link dev.igvmtool.attestation.snp.SnpVerifier}. May use {@code abi}, {@code measurement} and the packages for
 * certificates and verdicts.
 */
@NullMarked
package dev.igvmtool.attestation.snp;

import org.jspecify.annotations.NullMarked;
