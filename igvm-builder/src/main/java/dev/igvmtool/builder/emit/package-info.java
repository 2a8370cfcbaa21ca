/**
 * From what loaders place to the headers of a file: pages and areas in the order of the reference, processor state in
 * the form of each platform, the list of imported regions. Follows igvmfilegen's {@code file_loader}. Start at
 * {@link dev.igvmtool.builder.emit.IgvmSink}. Depends on {@code igvm-format} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.builder.emit;

import org.jspecify.annotations.NullMarked;
