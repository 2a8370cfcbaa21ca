/**
 * What an IGVM file lets one expect of a report of the machine that was started from it: launch digest, guest policy,
 * identity. Start at {@link dev.igvmtool.attestation.image.ImageExpectation}. May use {@code igvm-format},
 * {@code measurement}, the packages for reports and the verdict.
 */
@NullMarked
package dev.igvmtool.attestation.image;

import org.jspecify.annotations.NullMarked;
