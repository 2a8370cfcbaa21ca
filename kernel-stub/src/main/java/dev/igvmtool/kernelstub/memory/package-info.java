/**
 * Memory management of the kernel: free pages, page tables of the kernel and of user processes, and access to user
 * memory. Follows the address layout of x86-64 Linux ({@code Documentation/arch/x86/x86_64/mm.rst}). Start at
 * {@link dev.igvmtool.kernelstub.memory.PageTables}. Depends on {@code abi}.
 */
@NullMarked
package dev.igvmtool.kernelstub.memory;

import org.jspecify.annotations.NullMarked;
