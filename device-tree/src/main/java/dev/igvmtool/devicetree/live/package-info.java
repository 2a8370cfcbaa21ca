/**
 * Device trees that can change: nodes with labels, values with what stands at places among their bytes, and where each
 * was defined. Source text, blobs and folders become such a tree; what is checked, put together and written is one.
 * Behaves as that of dtc 1.6.1, livetree.c and data.c. Start at {@link dev.igvmtool.devicetree.live.LiveTree}. Depends
 * on {@code devicetree} and {@code abi.binary}.
 */
@NullMarked
package dev.igvmtool.devicetree.live;

import org.jspecify.annotations.NullMarked;
