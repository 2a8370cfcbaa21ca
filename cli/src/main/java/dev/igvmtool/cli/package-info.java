/**
 * The command line: one class per command, each parses options, calls one library entry point and prints. Start at
 * {@code Main}. May depend on every other module.
 */
@NullMarked
package dev.igvmtool.cli;

import org.jspecify.annotations.NullMarked;
