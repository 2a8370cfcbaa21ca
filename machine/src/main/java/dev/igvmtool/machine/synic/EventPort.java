package dev.igvmtool.machine.synic;

/**
 * An event port of the guest: flags go to an interrupt source of a VP.
 *
 * @param firstFlag flag of the source that flag 0 of the connection is
 * @param flagCount flags of the connection
 */
public record EventPort(int vp, int vtl, int sint, int firstFlag, int flagCount) implements Port {}
