/**
 * Runs as files for other tools and for people: Chrome trace events, and a page that shows a boot as a timeline. Start at
 * {@link dev.igvmtool.cli.trace.ChromeTrace} and {@link dev.igvmtool.cli.trace.TimelinePage}. May use {@code debugger} and
 * what stands below it, and Jackson.
 */
@NullMarked
package dev.igvmtool.cli.trace;

import org.jspecify.annotations.NullMarked;
