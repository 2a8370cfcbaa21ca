/**
 * Findings about a device tree: what is wrong in any tree, and what its readers, boot shim or paravisor, would refuse.
 * Start at {@link dev.igvmtool.devicetree.check.TreeChecker}. Depends on {@code devicetree} and its bindings.
 */
@NullMarked
package dev.igvmtool.devicetree.check;

import org.jspecify.annotations.NullMarked;
