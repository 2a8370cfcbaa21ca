/**
 * The IGVM file format: {@link dev.igvmtool.format.IgvmFile} is a file as a value, read by
 * {@link dev.igvmtool.format.IgvmReader} and written by {@link dev.igvmtool.format.IgvmWriter}. Follows igvm_defs 0.4
 * (container, variable headers) and, where it is silent, what the igvm crate writes. Start at {@code IgvmFile}. May use
 * {@code abi} only.
 */
@NullMarked
package dev.igvmtool.format;

import org.jspecify.annotations.NullMarked;
