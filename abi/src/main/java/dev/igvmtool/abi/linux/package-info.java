/**
 * Structures and numbers of the Linux interfaces that cross from one program to another: the zero page with its setup
 * data chain (boot shim to kernel), the cpio archive of the initrd, and the system-call interface between kernel and
 * user programs (x86-64). Follows the Linux boot protocol, the kernel's user headers and {@code buffer-format.rst}. Start
 * at {@link dev.igvmtool.abi.linux.BootParams} and {@link dev.igvmtool.abi.linux.Syscall}. Depends on
 * {@code abi.binary}.
 */
@NullMarked
package dev.igvmtool.abi.linux;

import org.jspecify.annotations.NullMarked;
