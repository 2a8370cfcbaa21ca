package dev.igvmtool.kernelstub.state;

/**
 * All that the kernel remembers when it ends before there is a log: what Linux would find in the log buffer of its image.
 *
 * @param message why it cannot go on
 */
public record EarlyPanic(String message) {}
