/**
 * Processes: executables into fresh address spaces, the first stack, user memory, the scheduler. Follows the System V
 * ABI, x86-64 supplement, section 3.4.1, and Linux {@code fs/binfmt_elf.c}. Start at
 * {@link dev.igvmtool.kernelstub.process.Exec}. Depends on {@code machine.guest} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.kernelstub.process;

import org.jspecify.annotations.NullMarked;
