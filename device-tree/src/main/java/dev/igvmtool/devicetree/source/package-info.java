/**
 * The text form of device trees, for people and for comparison. Start at {@link dev.igvmtool.devicetree.source.Dts}.
 * Follows the Devicetree Specification 0.4, chapter 6, and the habits of {@code dtc}. Depends on {@code devicetree}.
 */
@NullMarked
package dev.igvmtool.devicetree.source;

import org.jspecify.annotations.NullMarked;
