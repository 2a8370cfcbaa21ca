package dev.igvmtool.machine.guest;

/** What kind of processor a partition has, and a program is for. */
public enum Architecture {
    X64,
    AARCH64
}
