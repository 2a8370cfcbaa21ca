package dev.igvmtool.debugger;

import dev.igvmtool.abi.binary.Bytes;

/** A text that grows while the machine runs: a serial console, a log in memory. */
public interface LogSource {
    /** How it is called, such as {@code serial}. */
    String name();

    /** What stands there now. */
    Bytes text();
}
