package dev.igvmtool.machine.synic;

/**
 * A message port of the guest: messages go to an interrupt source of a VP.
 *
 * @param id which the receiver finds as sender in each message
 */
public record MessagePort(long id, int vp, int vtl, int sint) implements Port {}
