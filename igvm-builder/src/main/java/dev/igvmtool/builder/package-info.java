/**
 * From a manifest and its resources to an IGVM image, as the reference generator does it. Start at {@code
 * ImageBuilder}. Depends on {@code igvm-format} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.builder;

import org.jspecify.annotations.NullMarked;
