package dev.igvmtool.host.config;

/**
 * A clock that moves only when it is read.
 *
 * @param first value of the first read
 * @param step from one read to the next
 */
public record CounterSequence(long first, long step) {}
