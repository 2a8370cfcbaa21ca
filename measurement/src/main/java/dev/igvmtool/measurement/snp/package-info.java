/**
 * The SEV-SNP launch digest. Follows the SEV-SNP firmware ABI, launch digest (PAGE_INFO), as the igvm crate applies it. Start at
 * {@link dev.igvmtool.measurement.snp.SnpDigest}. May use {@code igvm-format} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.measurement.snp;

import org.jspecify.annotations.NullMarked;
