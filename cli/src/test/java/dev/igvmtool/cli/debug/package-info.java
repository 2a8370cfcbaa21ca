/** Debugging whole boots of the samples. Start at {@link dev.igvmtool.cli.debug.SampleBoot}. */
@NullMarked
package dev.igvmtool.cli.debug;

import org.jspecify.annotations.NullMarked;
