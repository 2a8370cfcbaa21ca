/**
 * JSON texts as evidence: strict, bounded, read by name and type, every error with its place. Follows RFC 8259. Start at
 * {@link dev.igvmtool.attestation.json.JsonDocument}. Uses the parser of {@code document}.
 */
@NullMarked
package dev.igvmtool.attestation.json;

import org.jspecify.annotations.NullMarked;
