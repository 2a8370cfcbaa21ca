package dev.igvmtool.kernelstub.host;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.machine.guest.CpuidResult;
import java.util.function.LongSupplier;

/**
 * The hypervisor, and the host behind it, as the processor reaches them on which the step runs. What the processor answers
 * by itself is not asked here. General registers are the same after a call as before.
 */
public sealed interface Host permits OpenHost, SnpHost, TdHost {
    /** Bytes of input that a hypercall can have. */
    int MAX_INPUT = 4096;

    /**
     * Reads a register of the hypervisor or of the local APIC.
     *
     * @throws dev.igvmtool.machine.guest.GuestException if there is none
     */
    long readMsr(int number);

    /** Writes a register of the hypervisor or of the local APIC. */
    void writeMsr(int number, long value);

    /** A leaf, from the host or from whoever vouches for it. */
    CpuidResult cpuid(int leaf, int subleaf);

    /** Reads a port. */
    int in(int port, int sizeBytes);

    /** Writes a port. */
    void out(int port, int sizeBytes, int value);

    /** Issues a hypercall; its output is at {@link #output}. */
    HypercallResult hypercall(HypercallControl control, Bytes input);

    /** Output of the last call on this processor. */
    default Bytes output(int length) {
        return physical().readBytes(exchange().getAsLong() + KernelMap.PAGE, length);
    }

    /** Memory by guest physical address. */
    Memory physical();

    /** Page for input of the processor on which the step runs; the page after it is for output. */
    LongSupplier exchange();

    /** Waits for an interrupt. */
    void halt();
}
