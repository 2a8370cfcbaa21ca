/**
 * CoRIM launch-measurement documents as they are embedded in IGVM files: deterministic CBOR (RFC 8949 section 4.2)
 * after the profile {@code tag:microsoft.com,2026:launch-measurement/v1}. Start at
 * {@link dev.igvmtool.measurement.corim.CorimDocument}. May use {@code cbor}, {@code igvm-format}
 * and {@code abi}.
 */
@NullMarked
package dev.igvmtool.measurement.corim;

import org.jspecify.annotations.NullMarked;
