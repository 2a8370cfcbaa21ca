package dev.igvmtool.debugger;

/**
 * A condition that stops runs until it is deleted.
 *
 * @param id ascending from 1, never used twice
 * @param enabled whether it stops runs
 */
public record Breakpoint(int id, Condition condition, boolean enabled) {}
