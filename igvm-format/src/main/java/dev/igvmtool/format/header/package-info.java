/**
 * The variable headers of an IGVM file as values: one sealed interface per section
 * ({@link dev.igvmtool.format.header.PlatformHeader}, {@link dev.igvmtool.format.header.InitializationHeader},
 * {@link dev.igvmtool.format.header.Directive}) and one record per header type, with content in place of file offsets.
 * Follows igvm_defs 0.4, {@code IGVM_VHT_*} and {@code IGVM_VHS_*}. Start at {@code Directive}. May use {@code abi} only.
 */
@NullMarked
package dev.igvmtool.format.header;

import org.jspecify.annotations.NullMarked;
