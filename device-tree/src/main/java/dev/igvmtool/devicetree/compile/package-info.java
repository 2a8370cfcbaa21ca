/**
 * Device trees made of source text, blobs and folders: reading, checks, references, tables for overlays. Does what dtc
 * 1.6.1 does, dtc.c. Start at {@link dev.igvmtool.devicetree.compile.TreeCompiler}. Depends on all of
 * {@code devicetree} but its bindings.
 */
@NullMarked
package dev.igvmtool.devicetree.compile;

import org.jspecify.annotations.NullMarked;
