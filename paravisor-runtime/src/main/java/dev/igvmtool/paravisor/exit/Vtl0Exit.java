package dev.igvmtool.paravisor.exit;

/** Why VTL0 has left, in the same words for every platform. {@code next} is the address after the instruction. */
public sealed interface Vtl0Exit {
    /**
     * Access to a port.
     *
     * @param string true for the instructions that access memory, too
     * @param rax of VTL0
     */
    record Port(int port, int sizeBytes, boolean write, boolean string, long rax, long next) implements Vtl0Exit {}

    /**
     * Access to an MSR.
     *
     * @param value what is written
     */
    record Msr(int number, boolean write, long value, long next) implements Vtl0Exit {}

    /** CPUID, with what it would return. */
    record Cpuid(long rax, long rbx, long rcx, long rdx, long next) implements Vtl0Exit {}

    /** VMCALL or VMMCALL. */
    record Hypercall(long next) implements Vtl0Exit {}

    /** Access to memory that is not there, or not for VTL0. */
    record MemoryAccess(long gpa, long rip) implements Vtl0Exit {}

    /** An exception without a handler. */
    record TripleFault(long rip) implements Vtl0Exit {}

    /** HLT. */
    record Halt(long next) implements Vtl0Exit {}

    /** An instruction of the guest that asks its own hypervisor, which is this program. */
    record Unsupported(String instruction, long rip) implements Vtl0Exit {}

    /** Nothing that VTL0 waits for. */
    record Nothing() implements Vtl0Exit {}
}
