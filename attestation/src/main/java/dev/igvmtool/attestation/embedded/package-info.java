/**
 * What an image says of itself, checked: launch digests recomputed, SNP ID blocks, VBS measurements, CoRIM documents and
 * their signatures. Start at {@link dev.igvmtool.attestation.embedded.ImageVerifier}. May use {@code measurement},
 * {@code igvm-format}, {@code abi} and the other packages of {@code attestation}.
 */
@NullMarked
package dev.igvmtool.attestation.embedded;

import org.jspecify.annotations.NullMarked;
