/**
 * Processor state as stored with {@code IGVM_VHT_VP_CONTEXT}: the register list of VBS platforms and the native x64
 * context. Follows igvm_defs 0.4, {@code VbsVpContextRegister} and {@code IgvmNativeVpContextX64}. Start at
 * {@link dev.igvmtool.format.context.VbsVpContext}. May use {@code abi} only.
 */
@NullMarked
package dev.igvmtool.format.context;

import org.jspecify.annotations.NullMarked;
