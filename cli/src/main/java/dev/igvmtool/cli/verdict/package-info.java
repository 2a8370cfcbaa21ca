/**
 * Trees of checks, shown: as indented text, as JSON and as a page of HTML. Start at
 * {@link dev.igvmtool.cli.verdict.VerdictText}. May use {@code attestation}.
 */
@NullMarked
package dev.igvmtool.cli.verdict;

import org.jspecify.annotations.NullMarked;
