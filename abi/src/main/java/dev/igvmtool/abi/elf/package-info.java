/**
 * 64-bit little-endian ELF executables: {@link dev.igvmtool.abi.elf.ElfFile} reads them, trusting nothing in them,
 * {@link dev.igvmtool.abi.elf.ElfWriter} writes small ones. Follows the System V ABI, chapters 4 and 5, with the sizes of
 * the 64-bit object file format. Start at {@code ElfFile}. May use {@code abi.binary} only.
 */
@NullMarked
package dev.igvmtool.abi.elf;

import org.jspecify.annotations.NullMarked;
