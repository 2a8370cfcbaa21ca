package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.CpuidIntercept;
import dev.igvmtool.abi.hv.ExceptionIntercept;
import dev.igvmtool.abi.hv.HypercallIntercept;
import dev.igvmtool.abi.hv.InterceptHeader;
import dev.igvmtool.abi.hv.IoPortIntercept;
import dev.igvmtool.abi.hv.MemoryIntercept;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.hv.MsrIntercept;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.memory.GpaFault;
import java.util.function.Function;

/**
 * Makes the intercepts of accesses. The instruction bytes are those that the access would have in machine code; RIP
 * stands at the step.
 */
final class Intercepts {
    private static final int PORT_LENGTH = 1;
    private static final int MSR_LENGTH = 2;
    private static final int CPUID_LENGTH = 2;
    private static final int HYPERCALL_LENGTH = 3;
    private static final int INSTRUCTION_BYTES = 16;
    /** Where FXSAVE stores XMM0. */
    private static final int XMM0 = 160;

    private static final int GVA_VALID = 1;
    /** The GPA is what the GVA translates to, not that of a table on the way. */
    private static final int GVA_IS_OF_GPA = 2;

    private static final int WRITE_BACK = 6;
    private static final int ERROR_CODE_VALID = 1;
    private static final long LOW_32 = 0xffff_ffffL;

    private Intercepts() {}

    static InterceptRequest port(int handler, int port, int sizeBytes, int access, VpState state, int value) {
        long mask = (1L << 8 * sizeBytes) - 1;
        boolean write = access == InterceptHeader.WRITE;
        long oldRax = gpr(state, Gpr.RAX);
        long rax = write ? oldRax & ~mask | value & mask : oldRax;
        long rdx = gpr(state, Gpr.RDX) & ~0xffffL | port;
        // IN and OUT by DX: 0xec to 0xef.
        byte opcode = (byte) ((write ? 0xee : 0xec) | (sizeBytes > 1 ? 1 : 0));
        Bytes instruction = sizeBytes == 2 ? bytes(0x66, opcode) : bytes(opcode);
        int length = sizeBytes == 2 ? PORT_LENGTH + 1 : PORT_LENGTH;
        return new InterceptRequest(
                handler,
                MessageType.IO_PORT,
                length,
                access,
                rax,
                gpr(state, Gpr.RCX),
                rdx,
                gpr(state, Gpr.RBX),
                HardwareExit.port(port, sizeBytes, !write),
                header -> IoPortIntercept.CODEC.toBytes(new IoPortIntercept(
                        header,
                        port,
                        sizeBytes,
                        length,
                        Bytes.zeros(4),
                        rax,
                        instruction,
                        state.active().segment(SegmentRegister.DS),
                        state.active().segment(SegmentRegister.ES),
                        gpr(state, Gpr.RCX),
                        gpr(state, Gpr.RSI),
                        gpr(state, Gpr.RDI))));
    }

    static InterceptRequest msr(int handler, int number, int access, VpState state, long value) {
        boolean write = access == InterceptHeader.WRITE;
        long rax = write ? value & LOW_32 : gpr(state, Gpr.RAX);
        long rdx = write ? value >>> 32 : gpr(state, Gpr.RDX);
        return new InterceptRequest(
                handler,
                MessageType.MSR,
                MSR_LENGTH,
                access,
                rax,
                Integer.toUnsignedLong(number),
                rdx,
                gpr(state, Gpr.RBX),
                HardwareExit.msr(write),
                header -> MsrIntercept.CODEC.toBytes(new MsrIntercept(header, number, 0, rdx, rax)));
    }

    static InterceptRequest cpuid(int handler, int leaf, int subleaf, CpuidResult result, VpState state) {
        long rax = Integer.toUnsignedLong(leaf);
        long rcx = Integer.toUnsignedLong(subleaf);
        long rdx = gpr(state, Gpr.RDX);
        long rbx = gpr(state, Gpr.RBX);
        return new InterceptRequest(
                handler,
                MessageType.CPUID,
                CPUID_LENGTH,
                InterceptHeader.EXECUTE,
                rax,
                rcx,
                rdx,
                rbx,
                HardwareExit.CPUID,
                header -> CpuidIntercept.CODEC.toBytes(new CpuidIntercept(
                        header,
                        rax,
                        rcx,
                        rdx,
                        rbx,
                        Integer.toUnsignedLong(result.eax()),
                        Integer.toUnsignedLong(result.ecx()),
                        Integer.toUnsignedLong(result.edx()),
                        Integer.toUnsignedLong(result.ebx()))));
    }

    static InterceptRequest hypercall(int handler, VpState state) {
        long rax = gpr(state, Gpr.RAX);
        long rcx = gpr(state, Gpr.RCX);
        long rdx = gpr(state, Gpr.RDX);
        long rbx = gpr(state, Gpr.RBX);
        return new InterceptRequest(
                handler,
                MessageType.HYPERCALL,
                HYPERCALL_LENGTH,
                InterceptHeader.EXECUTE,
                rax,
                rcx,
                rdx,
                rbx,
                HardwareExit.HYPERCALL,
                header -> HypercallIntercept.CODEC.toBytes(new HypercallIntercept(
                        header,
                        rax,
                        rbx,
                        rcx,
                        rdx,
                        gpr(state, Gpr.R8),
                        gpr(state, Gpr.RSI),
                        gpr(state, Gpr.RDI),
                        state.fxState().slice(XMM0, 96),
                        0,
                        Bytes.zeros(12))));
    }

    static InterceptRequest memory(int handler, GpaFault fault, long gva, int taskPriority) {
        int type =
                switch (fault.reason()) {
                    case UNMAPPED -> MessageType.UNMAPPED_GPA;
                    case UNACCEPTED -> MessageType.UNACCEPTED_GPA;
                    case DENIED, VISIBILITY, WITHHELD -> MessageType.GPA_INTERCEPT;
                };
        int access =
                switch (fault.access()) {
                    case READ -> InterceptHeader.READ;
                    case WRITE -> InterceptHeader.WRITE;
                    case EXECUTE -> InterceptHeader.EXECUTE;
                };
        return plain(
                handler,
                type,
                access,
                HardwareExit.memory(fault, gva),
                header -> MemoryIntercept.CODEC.toBytes(new MemoryIntercept(
                        header,
                        WRITE_BACK,
                        0,
                        GVA_VALID | (fault.inTables() ? 0 : GVA_IS_OF_GPA),
                        taskPriority,
                        0,
                        gva,
                        fault.gpa(),
                        Bytes.zeros(INSTRUCTION_BYTES))));
    }

    static InterceptRequest exception(int handler, GuestException fault, VpState state) {
        ByteWriter registers = new ByteWriter();
        for (Gpr register : Gpr.values()) {
            registers.u64(gpr(state, register));
        }
        return message(
                handler,
                MessageType.EXCEPTION,
                InterceptHeader.EXECUTE,
                header -> ExceptionIntercept.CODEC.toBytes(new ExceptionIntercept(
                        header,
                        fault.vector().number(),
                        fault.vector().hasErrorCode() ? ERROR_CODE_VALID : 0,
                        0,
                        fault.errorCode(),
                        fault.address(),
                        0,
                        Bytes.zeros(INSTRUCTION_BYTES),
                        state.active().segment(SegmentRegister.DS),
                        state.active().segment(SegmentRegister.SS),
                        registers.toBytes())));
    }

    static InterceptRequest unrecoverableException(int handler) {
        return plain(
                handler,
                MessageType.UNRECOVERABLE_EXCEPTION,
                InterceptHeader.EXECUTE,
                HardwareExit.TRIPLE_FAULT,
                InterceptHeader.CODEC::toBytes);
    }

    /** HLT and other instructions without operands, of {@code length} bytes. */
    static InterceptRequest instruction(int handler, int type, int length, HardwareExit exit, VpState state) {
        return new InterceptRequest(
                handler,
                type,
                length,
                InterceptHeader.EXECUTE,
                gpr(state, Gpr.RAX),
                gpr(state, Gpr.RCX),
                gpr(state, Gpr.RDX),
                gpr(state, Gpr.RBX),
                exit,
                InterceptHeader.CODEC::toBytes);
    }

    /** An intercept that cannot be completed by going on after the instruction. */
    private static InterceptRequest plain(
            int handler, int type, int access, HardwareExit exit, Function<InterceptHeader, Bytes> payload) {
        return new InterceptRequest(handler, type, 0, access, 0, 0, 0, 0, exit, payload);
    }

    /** A message of the hypervisor that no hardware knows: in isolated guests nobody can ask for it. */
    static InterceptRequest message(int handler, int type, int access, Function<InterceptHeader, Bytes> payload) {
        return plain(handler, type, access, HardwareExit.INTERRUPT, payload);
    }

    private static long gpr(VpState state, Gpr register) {
        return state.gpr(state.activeVtl, register);
    }

    private static Bytes bytes(int... values) {
        byte[] padded = new byte[INSTRUCTION_BYTES];
        for (int i = 0; i < values.length; i++) {
            padded[i] = (byte) values[i];
        }
        return Bytes.wrap(padded);
    }
}
