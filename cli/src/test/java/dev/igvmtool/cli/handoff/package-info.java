/**
 * Whole runs against the hand-over test data: an image is built, loaded by the host and run by the Java boot shim and
 * sidecar over the reference's images, and what the kernel would find is compared byte for byte with what the real
 * programs left. Start at {@link dev.igvmtool.cli.handoff.HandoffIT}.
 */
@NullMarked
package dev.igvmtool.cli.handoff;

import org.jspecify.annotations.NullMarked;
