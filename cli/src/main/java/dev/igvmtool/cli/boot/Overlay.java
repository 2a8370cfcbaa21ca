package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.binary.GpaRange;

/**
 * A stage program that stands in guest memory in place of machine code.
 *
 * @param stage its name
 * @param range what was overwritten; the file in the initrd's memory if that is what it replaces
 * @param note where its data is, if not in its own image, or what else one should know; may be empty
 */
public record Overlay(String stage, GpaRange range, String note) {}
