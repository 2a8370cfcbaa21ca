/**
 * TDX quotes, their certificates and collateral. Follows the Intel TDX DCAP quoting library (quote format), the SGX PCK
 * certificate and CRL profile, and the provisioning certification service API version 4. Start at
 * {@link dev.igvmtool.attestation.tdx.TdxVerifier}. May use {@code abi}, {@code measurement} and the packages for
 * certificates, documents and verdicts.
 */
@NullMarked
package dev.igvmtool.attestation.tdx;

import org.jspecify.annotations.NullMarked;
