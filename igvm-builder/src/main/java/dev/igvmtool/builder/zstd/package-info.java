/**
 * A strict decoder for Zstandard, in which kernels are packed: pure Java, bounded by a size that the caller knows, any
 * damage a {@code FormatException}. Follows RFC 8878, without dictionaries and skippable frames. Start at
 * {@link dev.igvmtool.builder.zstd.ZstdDecoder}. Depends on {@code abi} only.
 */
@NullMarked
package dev.igvmtool.builder.zstd;

import org.jspecify.annotations.NullMarked;
