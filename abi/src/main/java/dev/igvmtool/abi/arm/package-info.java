/**
 * The AArch64 architecture as programs and machine share it: registers, translation tables, exception syndromes. Follows
 * the Arm Architecture Reference Manual for A-profile. Start at {@link dev.igvmtool.abi.arm.SystemRegister}. Depends on
 * nothing.
 */
@NullMarked
package dev.igvmtool.abi.arm;

import org.jspecify.annotations.NullMarked;
