/**
 * What is wrong with any device tree, or not as it should be: the checks of dtc 1.6.1 by their names, with their levels
 * and what they depend on; references are resolved among them, as there. Start at {@link dev.igvmtool.devicetree.lint.Lint}.
 * Depends on {@code devicetree.live}.
 */
@NullMarked
package dev.igvmtool.devicetree.lint;

import org.jspecify.annotations.NullMarked;
