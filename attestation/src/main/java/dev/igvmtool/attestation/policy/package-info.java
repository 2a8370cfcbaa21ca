/**
 * Policies as users write them, in YAML: every option of the verifier by a name, described in
 * {@code docs/attestation.md} and by the JSON Schema {@code docs/schema/policy.schema.json}. Start at
 * {@link dev.igvmtool.attestation.policy.PolicyReader}. May use {@code document} and the policies of the packages for
 * reports.
 */
@NullMarked
package dev.igvmtool.attestation.policy;

import org.jspecify.annotations.NullMarked;
