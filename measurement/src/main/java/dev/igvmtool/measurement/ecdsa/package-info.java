/**
 * ECDSA keys and signatures in the forms in which firmware and COSE carry them: bare numbers. The mathematics is the
 * JDK's. Specification: FIPS 186-4, SEC 1. Start at {@link dev.igvmtool.measurement.ecdsa.Ecdsa}. Depends on {@code abi}.
 */
@NullMarked
package dev.igvmtool.measurement.ecdsa;

import org.jspecify.annotations.NullMarked;
