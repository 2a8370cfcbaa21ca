package dev.igvmtool.debugger;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.RegisterValue;

/** Something that reaches the machine from outside, between two turns. A replay does it again at the same place. */
public sealed interface Input {
    /** Bytes put into guest memory, below all protections. */
    record MemoryWrite(long gpa, Bytes content) implements Input {}

    /**
     * A register set in one VTL of a VP.
     *
     * @param name of {@link dev.igvmtool.abi.hv.RegisterName}
     */
    record RegisterWrite(int vp, int vtl, int name, RegisterValue value) implements Input {}

    /** Bytes that arrive at a serial port. */
    record SerialInput(int port, Bytes content) implements Input {}

    /** The next turn is that of a VP whose turn it may not be. */
    record VpChoice(int vp) implements Input {}
}
