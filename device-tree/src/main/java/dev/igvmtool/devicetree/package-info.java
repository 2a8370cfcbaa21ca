/**
 * Flattened device trees: a strict reader for blobs from outside ({@link dev.igvmtool.devicetree.Fdt}) and a writer
 * that agrees with openvmm's to the byte ({@link dev.igvmtool.devicetree.FdtBuilder}). Follows the Devicetree
 * Specification 0.4, chapter 5. Depends on {@code abi.binary}.
 */
@NullMarked
package dev.igvmtool.devicetree;

import org.jspecify.annotations.NullMarked;
