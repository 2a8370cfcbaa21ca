package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.vp.Vp;

/** The registers of a fast hypercall as one area, into which output goes as well. */
interface FastRegisters {
    /** Those of a VP. */
    static FastRegisters of(Vp vp) {
        return vp.partition().architecture() == Architecture.AARCH64
                ? new ArmFastRegisters(vp)
                : new X64FastRegisters(vp);
    }

    /** Bytes of the area. */
    int sizeBytes();

    /** Most bytes of input. */
    int inputBytes();

    /** The area. */
    Bytes read();

    /** Where output starts behind {@code inputBytes} of input. */
    int outputOffset(int inputBytes);

    /** Changes part of the area. */
    void write(int offset, Bytes output);
}
