/**
 * Launch digests: what a platform will measure when it launches an IGVM file. One walk over the directives in file order
 * serves all platforms; what each platform hashes for a page is in the packages below. Follows the SEV-SNP firmware ABI
 * (launch digest), the TDX module specification (MRTD) and Hyper-V's VBS boot measurement, with the file-level rules of
 * the igvm crate. Start at {@link dev.igvmtool.measurement.LaunchDigest}. May use {@code igvm-format} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.measurement;

import org.jspecify.annotations.NullMarked;
