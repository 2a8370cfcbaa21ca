/**
 * The kernel of AArch64, as far as its boot loader can tell: it checks how it was entered and what it was given, turns the
 * other processors on, looks into the initrd, and waits. Specification: Linux {@code Documentation/arch/arm64/booting.rst}.
 * Start at {@link dev.igvmtool.kernelstub.arm.ArmKernelStub}. Depends on {@code kernelstub.state}, {@code kernelstub.fs}
 * and {@code device-tree}.
 */
@NullMarked
package dev.igvmtool.kernelstub.arm;

import org.jspecify.annotations.NullMarked;
