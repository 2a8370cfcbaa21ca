package dev.igvmtool.paravisor.exit;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.hv.CpuidIntercept;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallIntercept;
import dev.igvmtool.abi.hv.InterceptHeader;
import dev.igvmtool.abi.hv.IoPortIntercept;
import dev.igvmtool.abi.hv.MemoryIntercept;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.hv.MsrIntercept;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import java.util.Map;

/**
 * Completes exits of VTL0 by message type.
 *
 * @param devices state before the exit
 */
public record ExitHandler(GuestDevices devices) {
    private static final int COM1 = 0x3f8;

    /** VMCALL and VMMCALL alike. */
    private static final int VMCALL_BYTES = 3;

    private static final int STRING_OR_REP = 0x18;

    /**
     * What to do about one message.
     *
     * @param rax of VTL0 at the exit
     * @throws FormatException for a message that a sound hypervisor does not send
     */
    public ExitAction handle(HvMessage message, long rax) {
        return switch (message.type()) {
            case MessageType.IO_PORT -> port(IoPortIntercept.CODEC.read(message.payload()), rax);
            case MessageType.MSR -> msr(MsrIntercept.CODEC.read(message.payload()));
            case MessageType.CPUID -> cpuid(CpuidIntercept.CODEC.read(message.payload()));
            case MessageType.HYPERCALL -> hypercall(HypercallIntercept.CODEC.read(message.payload()));
            case MessageType.APIC_EOI, MessageType.SYNIC_SINT_DELIVERABLE, MessageType.INTERRUPT_DELIVERABLE ->
                ExitAction.none(devices); // no interrupt controller and no message of ours waits for it
            case MessageType.UNMAPPED_GPA, MessageType.GPA_INTERCEPT -> memory(message);
            case MessageType.UNRECOVERABLE_EXCEPTION -> tripleFault(message);
            default -> throw new FormatException("VTL0 exit with unexpected " + MessageType.nameOf(message.type()));
        };
    }

    private ExitAction port(IoPortIntercept message, long rax) {
        if (message.rax() != rax) {
            throw new FormatException(
                    String.format("RAX of the port intercept is 0x%x, the context has 0x%x", message.rax(), rax));
        }
        if ((message.accessInfo() & STRING_OR_REP) != 0) {
            return ExitAction.stop(
                    devices,
                    String.format("string access to port 0x%x needs the instruction emulator", message.port()));
        }
        long next = next(message.header());
        return message.isWrite() ? portWrite(message, next) : portRead(message, rax, next);
    }

    private ExitAction portWrite(IoPortIntercept message, long next) {
        if (!isCom1(message.port())) {
            return ExitAction.completed(devices, Map.of(), next);
        }
        Uart.Write write = devices.com1().write(message.port() - COM1, (int) message.rax() & 0xff);
        return ExitAction.completed(new GuestDevices(write.next(), devices.crash()), Map.of(), next)
                .withCom1Output(write.transmitted());
    }

    private ExitAction portRead(IoPortIntercept message, long rax, long next) {
        long value = -1; // nobody drives the bus
        if (isCom1(message.port()) && message.sizeBytes() == 1) {
            value = devices.com1().read(message.port() - COM1);
        }
        return ExitAction.completed(devices, Map.of(Gpr.RAX, merged(rax, value, message.sizeBytes())), next);
    }

    private static boolean isCom1(int port) {
        return port >= COM1 && port < COM1 + Uart.REGISTER_COUNT;
    }

    /** As an IN leaves RAX: one and two bytes keep the rest, four bytes clear the upper half. */
    private static long merged(long rax, long value, int sizeBytes) {
        return switch (sizeBytes) {
            case 1 -> rax & ~0xffL | value & 0xff;
            case 2 -> rax & ~0xffffL | value & 0xffff;
            default -> value & 0xffff_ffffL;
        };
    }

    private ExitAction msr(MsrIntercept message) {
        long next = next(message.header());
        int number = message.msrNumber();
        if (message.header().access() != InterceptHeader.WRITE) {
            long value = devices.crash().read(number).orElse(0);
            return ExitAction.completed(devices, Map.of(Gpr.RAX, value & 0xffff_ffffL, Gpr.RDX, value >>> 32), next);
        }
        long value = message.rdx() << 32 | message.rax() & 0xffff_ffffL;
        CrashRegisters crash = devices.crash().write(number, value);
        ExitAction done = ExitAction.completed(new GuestDevices(devices.com1(), crash), Map.of(), next);
        return number == Msr.HV_CRASH_CTL
                ? done.withLog(String.format("guest reported a crash: control 0x%x, parameters %s", value, hex(crash)))
                : done;
    }

    private static String hex(CrashRegisters crash) {
        return String.join(
                " ",
                crash.parameters().stream().map(it -> String.format("0x%x", it)).toList());
    }

    private ExitAction cpuid(CpuidIntercept message) {
        return ExitAction.completed(
                devices,
                Map.of(
                        Gpr.RAX, message.defaultRax(),
                        Gpr.RBX, message.defaultRbx(),
                        Gpr.RCX, message.defaultRcx(),
                        Gpr.RDX, message.defaultRdx()),
                next(message.header()));
    }

    private ExitAction hypercall(HypercallIntercept message) {
        return ExitAction.completed(
                devices,
                Map.of(Gpr.RAX, (long) HvStatus.INVALID_HYPERCALL_CODE),
                message.header().rip() + VMCALL_BYTES);
    }

    private ExitAction memory(HvMessage message) {
        MemoryIntercept intercept = MemoryIntercept.CODEC.read(message.payload());
        return ExitAction.stop(
                devices,
                String.format(
                        "access to GPA 0x%x at 0x%x needs the instruction emulator",
                        intercept.gpa(), intercept.header().rip()));
    }

    private ExitAction tripleFault(HvMessage message) {
        InterceptHeader header = InterceptHeader.CODEC.read(message.payload());
        return ExitAction.stop(devices, String.format("triple fault at 0x%x", header.rip()));
    }

    private static long next(InterceptHeader header) {
        return header.rip() + header.instructionLength();
    }
}
