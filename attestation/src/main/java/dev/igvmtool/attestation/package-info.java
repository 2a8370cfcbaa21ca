/**
 * Evidence of a running machine against what is expected of it. The verifier is a function of bytes, policy and time: it
 * reads no file and no clock. Start at {@link dev.igvmtool.attestation.Verifier}. May use {@code measurement},
 * {@code igvm-format} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.attestation;

import org.jspecify.annotations.NullMarked;
