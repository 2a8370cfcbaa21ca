/**
 * What the kernel reads from its boot loader, as pure functions: the zero page and its setup data chain, the command
 * line, the memory map. Follows the hand-over of openhcl_boot (x86_64 {@code build_boot_params}) and the Linux boot protocol. Start at
 * {@link dev.igvmtool.kernelstub.boot.Handoff}. Depends on {@code abi} and {@code device-tree}.
 */
@NullMarked
package dev.igvmtool.kernelstub.boot;

import org.jspecify.annotations.NullMarked;
