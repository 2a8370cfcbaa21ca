/**
 * Evidence that no sample exists of, made here: certificates of AMD's and Intel's form under roots of our own, reports,
 * quotes and collateral signed by them. Nothing of it comes from hardware, and nobody but a test trusts it.
 */
@NullMarked
package dev.igvmtool.attestation.made;

import org.jspecify.annotations.NullMarked;
