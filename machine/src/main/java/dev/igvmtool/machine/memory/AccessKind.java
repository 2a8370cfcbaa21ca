package dev.igvmtool.machine.memory;

/** What an access does to memory. */
public enum AccessKind {
    READ,
    WRITE,
    EXECUTE
}
