/**
 * Whether a file that could be read is valid: the rules between headers, which reading leaves alone so that a damaged file
 * can still be looked at. Follows igvm_defs 0.4 and the whole-file validation of the igvm crate, and goes on where the
 * crate is silent (overlaps, parameters past their area). Start at {@link dev.igvmtool.format.check.Validator}. May use
 * {@code format}, {@code format.header} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.format.check;

import org.jspecify.annotations.NullMarked;
