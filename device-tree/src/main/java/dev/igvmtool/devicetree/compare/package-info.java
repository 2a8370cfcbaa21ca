/**
 * What differs between two device trees. Start at {@link dev.igvmtool.devicetree.compare.TreeDifference}. Depends on
 * {@code devicetree} and its source form.
 */
@NullMarked
package dev.igvmtool.devicetree.compare;

import org.jspecify.annotations.NullMarked;
