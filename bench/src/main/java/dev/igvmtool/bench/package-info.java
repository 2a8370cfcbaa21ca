/**
 * Benchmarks of whole commands and of the library's hot paths. Nothing here is a test: figures are printed with machine,
 * JDK and method, and live in {@code docs/performance.md}. Start at {@link dev.igvmtool.bench.LargeImage}. May use every
 * other module.
 */
@NullMarked
package dev.igvmtool.bench;

import org.jspecify.annotations.NullMarked;
