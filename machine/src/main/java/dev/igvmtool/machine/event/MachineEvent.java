package dev.igvmtool.machine.event;

import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.guest.CpuidResult;
import java.util.Optional;

/** Something that happened in the machine. Events of a step come before its {@link StepRetired}. */
public sealed interface MachineEvent {
    /** A step of a program has run to its end. */
    record StepRetired(long count, int vp, int vtl, long rip, String program, String step, Optional<String> timelineId)
            implements MachineEvent {}

    /** A read of guest memory by a program, within one physically contiguous piece of at most a page. */
    record MemoryRead(int vp, int vtl, long gva, long gpa, int length) implements MachineEvent {}

    /** A write of guest memory by a program, within one physically contiguous piece of at most a page. */
    record MemoryWrite(int vp, int vtl, long gva, long gpa, int length) implements MachineEvent {}

    /** A hypercall has returned; input and output are what it used of the caller's buffers. */
    record HypercallDone(int vp, int vtl, long control, Bytes input, long result, Bytes output)
            implements MachineEvent {
        /** Call code. */
        public int code() {
            return (int) control & 0xffff;
        }
    }

    /** MSR of AArch64: a system register was written. */
    record SystemRegisterWrite(int vp, int vtl, SystemRegister register, long value) implements MachineEvent {}

    /** RDMSR. */
    record MsrRead(int vp, int vtl, int number, long value) implements MachineEvent {}

    /** WRMSR. */
    record MsrWrite(int vp, int vtl, int number, long value) implements MachineEvent {}

    /**
     * The guest or, for the guest, the host has changed the state of pages of an isolated partition.
     *
     * @param operation pvalidate, pvalidate-rescind, ghcb-page-state-private, ghcb-page-state-shared, accept, release,
     *     map-gpa-private or map-gpa-shared
     */
    record PageOperation(int vp, int vtl, String operation, long gpa, long sizeBytes) implements MachineEvent {}

    /**
     * A hypercall has changed what pages are to whom.
     *
     * @param change accept, share or unshare; or protect with the VTL that protects and what it lets lower VTLs do
     */
    record PagesChanged(int vp, int vtl, String change, long gpa, long sizeBytes) implements MachineEvent {}

    /** A TD has read a field of its metadata. */
    record TdRead(int vp, int vtl, long field, long value) implements MachineEvent {}

    /** CPUID. */
    record Cpuid(int vp, int vtl, int leaf, int subleaf, CpuidResult result) implements MachineEvent {}

    /** IN that a device of the host has answered. */
    record PortIn(int vp, int vtl, int port, int sizeBytes, int value) implements MachineEvent {}

    /** OUT to a device of the host. */
    record PortOut(int vp, int vtl, int port, int sizeBytes, int value) implements MachineEvent {}

    /** A VP was started in a VTL, at an address. */
    record VpStarted(int vp, int vtl, long rip, int startedBy) implements MachineEvent {}

    /** A VP goes from one VTL to another; the reason is {@code return} or that of the entry. */
    record VtlSwitch(int vp, int fromVtl, int toVtl, String reason) implements MachineEvent {}

    /** An intercept message for a higher VTL. */
    record Intercept(int vp, int fromVtl, int toVtl, int messageType, Bytes payload) implements MachineEvent {}

    /** An interrupt was delivered through the interrupt descriptor table. */
    record Interrupt(int vp, int vtl, int vector) implements MachineEvent {}

    /** A step ended in an exception of the processor. */
    record Fault(int vp, int vtl, long rip, int vector, int errorCode, String message) implements MachineEvent {}

    /** A VP halts until an interrupt; with interrupts off for good. */
    record VpHalted(int vp, int vtl, long rip, boolean interruptible) implements MachineEvent {}

    /** No VP could run, so time has passed until a timer was due: the reference time now. */
    record TimePassed(long referenceTime) implements MachineEvent {}

    /** A VP cannot go on. */
    record VpStopped(int vp, int vtl, long rip, String reason) implements MachineEvent {}

    /** Somebody beside the machine has put a program over the code that stood in guest memory. */
    record CodeReplaced(String program, long gpa, int length) implements MachineEvent {}

    /** A step of the host side, H01 and following. */
    record HostStep(String timelineId, String step, String detail) implements MachineEvent {}
}
