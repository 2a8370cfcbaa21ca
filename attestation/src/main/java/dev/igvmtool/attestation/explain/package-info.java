/**
 * Why a digest is what it is: searches the ways in which tools and virtual machine monitors are known to measure
 * differently for the one that makes the digests meet. Start at {@link dev.igvmtool.attestation.explain.ImageExplainer}.
 * May use {@code measurement}, {@code igvm-format} and evidence.
 */
@NullMarked
package dev.igvmtool.attestation.explain;

import org.jspecify.annotations.NullMarked;
