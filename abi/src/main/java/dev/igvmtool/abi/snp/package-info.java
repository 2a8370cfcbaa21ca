/**
 * Structures of AMD SEV-SNP. Specification: AMD64 Architecture Programmer's Manual, volume 2. Depends on
 * {@code abi.binary}.
 */
@NullMarked
package dev.igvmtool.abi.snp;

import org.jspecify.annotations.NullMarked;
