/**
 * COSE_Sign1, the signature over one payload. Specification: RFC 9052 (structure), RFC 9053 (algorithms), RFC 9360
 * (certificates in headers). Signatures themselves are the JDK's. Start at
 * {@link dev.igvmtool.measurement.cose.CoseSign1}. May use {@code cbor} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.measurement.cose;

import org.jspecify.annotations.NullMarked;
