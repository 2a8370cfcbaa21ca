/**
 * Device tree overlays: changes to a tree, made apart from it, that are applied before it is used. Start at
 * {@link dev.igvmtool.devicetree.overlay.Overlay}. Follows libfdt, {@code fdt_overlay.c}. Depends on
 * {@code devicetree} and {@code abi.binary}.
 */
@NullMarked
package dev.igvmtool.devicetree.overlay;

import org.jspecify.annotations.NullMarked;
