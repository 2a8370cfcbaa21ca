package dev.igvmtool.paravisor.exit;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.hv.CpuidIntercept;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HypercallIntercept;
import dev.igvmtool.abi.hv.InterceptHeader;
import dev.igvmtool.abi.hv.IoPortIntercept;
import dev.igvmtool.abi.hv.MemoryIntercept;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.hv.MsrIntercept;

/** Reads exits as a hypervisor tells them: in a message (TLFS, intercept messages). */
public final class MessageExit {
    /** VMCALL and VMMCALL alike. */
    private static final int VMCALL_BYTES = 3;

    private static final int STRING_OR_REP = 0x18;

    private MessageExit() {}

    /**
     * What a message says.
     *
     * @param rax of VTL0 at the exit
     * @throws FormatException for a message that a sound hypervisor does not send
     */
    public static Vtl0Exit of(HvMessage message, long rax) {
        return switch (message.type()) {
            case MessageType.IO_PORT -> port(IoPortIntercept.CODEC.read(message.payload()), rax);
            case MessageType.MSR -> msr(MsrIntercept.CODEC.read(message.payload()));
            case MessageType.CPUID -> cpuid(CpuidIntercept.CODEC.read(message.payload()));
            case MessageType.HYPERCALL ->
                new Vtl0Exit.Hypercall(HypercallIntercept.CODEC
                                .read(message.payload())
                                .header()
                                .rip()
                        + VMCALL_BYTES);
            case MessageType.APIC_EOI, MessageType.SYNIC_SINT_DELIVERABLE, MessageType.INTERRUPT_DELIVERABLE ->
                new Vtl0Exit.Nothing(); // no interrupt controller and no message of ours waits for it
            case MessageType.UNMAPPED_GPA, MessageType.GPA_INTERCEPT, MessageType.UNACCEPTED_GPA -> {
                MemoryIntercept intercept = MemoryIntercept.CODEC.read(message.payload());
                yield new Vtl0Exit.MemoryAccess(
                        intercept.gpa(), intercept.header().rip());
            }
            case MessageType.UNRECOVERABLE_EXCEPTION ->
                new Vtl0Exit.TripleFault(
                        InterceptHeader.CODEC.read(message.payload()).rip());
            default -> throw new FormatException("VTL0 exit with unexpected " + MessageType.nameOf(message.type()));
        };
    }

    private static Vtl0Exit port(IoPortIntercept message, long rax) {
        if (message.rax() != rax) {
            throw new FormatException(
                    String.format("RAX of the port intercept is 0x%x, the context has 0x%x", message.rax(), rax));
        }
        boolean string = (message.accessInfo() & STRING_OR_REP) != 0;
        return new Vtl0Exit.Port(
                message.port(), message.sizeBytes(), message.isWrite(), string, rax, next(message.header()));
    }

    private static Vtl0Exit msr(MsrIntercept message) {
        boolean write = message.header().access() == InterceptHeader.WRITE;
        long value = message.rdx() << 32 | message.rax() & 0xffff_ffffL;
        return new Vtl0Exit.Msr(message.msrNumber(), write, value, next(message.header()));
    }

    private static Vtl0Exit cpuid(CpuidIntercept message) {
        return new Vtl0Exit.Cpuid(
                message.defaultRax(),
                message.defaultRbx(),
                message.defaultRcx(),
                message.defaultRdx(),
                next(message.header()));
    }

    private static long next(InterceptHeader header) {
        return header.rip() + header.instructionLength();
    }
}
