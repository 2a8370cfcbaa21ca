/**
 * Loaders: they place the parts of an image in guest memory and give the first processor its state, as igvmfilegen's
 * {@code loader} crate does. Each speaks to an {@link dev.igvmtool.builder.load.ImageSink}, which may make a file or fill
 * a machine. Start there. Depends on {@code igvm-format}, {@code abi}, and for packed kernels on Commons Compress and
 * XZ.
 */
@NullMarked
package dev.igvmtool.builder.load;

import org.jspecify.annotations.NullMarked;
