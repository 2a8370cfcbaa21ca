/**
 * Recordings of runs: a file that says which image, host and outside inputs make a run, and what came of it. Start at
 * {@link dev.igvmtool.cli.record.Recording}. May use {@code debugger}, {@code host} and what stands below them, and
 * Jackson.
 */
@NullMarked
package dev.igvmtool.cli.record;

import org.jspecify.annotations.NullMarked;
