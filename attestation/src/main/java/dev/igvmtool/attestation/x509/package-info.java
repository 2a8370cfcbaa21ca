/**
 * Certificates and revocation lists as evidence: read with bounds, checked link by link, every step a node of the
 * verdict. Follows RFC 5280 (profile), RFC 7468 (PEM). Start at {@link dev.igvmtool.attestation.x509.PathCheck}. Depends
 * on {@code abi} and the verdict.
 */
@NullMarked
package dev.igvmtool.attestation.x509;

import org.jspecify.annotations.NullMarked;
