/**
 * The layout of fixed and variable headers in the file, where it differs from the values of {@code format.header}: file
 * offsets, type numbers, reserved fields. Follows igvm_defs 0.4. Start at
 * {@link dev.igvmtool.format.wire.VariableHeaderType}. For {@code format} only.
 */
@NullMarked
package dev.igvmtool.format.wire;

import org.jspecify.annotations.NullMarked;
