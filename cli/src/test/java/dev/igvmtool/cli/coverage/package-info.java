/**
 * Which events and fatal conditions of the boot flow are reached, and what the guest has of each: a catalogue of boots, the
 * assertions that each of them makes, and the page of the documentation that follows from the run. Start at
 * {@link dev.igvmtool.cli.coverage.BootCoverageIT}.
 */
@NullMarked
package dev.igvmtool.cli.coverage;

import org.jspecify.annotations.NullMarked;
