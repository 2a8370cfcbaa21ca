/**
 * Deterministic CBOR, read and written within bounds. Specification: RFC 8949, sections 3 and 4.2. Start at
 * {@link dev.igvmtool.measurement.cbor.CborReader}. Depends on {@code abi}.
 */
@NullMarked
package dev.igvmtool.measurement.cbor;

import org.jspecify.annotations.NullMarked;
