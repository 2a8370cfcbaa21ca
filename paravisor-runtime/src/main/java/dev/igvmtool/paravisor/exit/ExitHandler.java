package dev.igvmtool.paravisor.exit;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import java.util.Map;

/**
 * Completes exits of VTL0.
 *
 * @param devices state before the exit
 */
public record ExitHandler(GuestDevices devices) {
    private static final int COM1 = 0x3f8;

    /** What to do about one exit. */
    public ExitAction handle(Vtl0Exit exit) {
        if (exit instanceof Vtl0Exit.Port port) {
            return port(port);
        } else if (exit instanceof Vtl0Exit.Msr msr) {
            return msr(msr);
        } else if (exit instanceof Vtl0Exit.Cpuid cpuid) {
            return cpuid(cpuid);
        } else if (exit instanceof Vtl0Exit.Hypercall hypercall) {
            return ExitAction.completed(
                    devices, Map.of(Gpr.RAX, (long) HvStatus.INVALID_HYPERCALL_CODE), hypercall.next());
        } else if (exit instanceof Vtl0Exit.Halt halt) {
            return ExitAction.completed(devices, Map.of(), halt.next()).withHalt();
        } else if (exit instanceof Vtl0Exit.MemoryAccess access) {
            return ExitAction.stop(
                    devices,
                    String.format(
                            "access to GPA 0x%x at 0x%x needs the instruction emulator", access.gpa(), access.rip()));
        } else if (exit instanceof Vtl0Exit.TripleFault fault) {
            return ExitAction.stop(devices, String.format("triple fault at 0x%x", fault.rip()));
        } else if (exit instanceof Vtl0Exit.Unsupported unsupported) {
            return ExitAction.stop(
                    devices, String.format("%s at 0x%x is not served", unsupported.instruction(), unsupported.rip()));
        }
        return ExitAction.none(devices);
    }

    private ExitAction port(Vtl0Exit.Port exit) {
        if (exit.string()) {
            return ExitAction.stop(
                    devices, String.format("string access to port 0x%x needs the instruction emulator", exit.port()));
        }
        return exit.write() ? portWrite(exit) : portRead(exit);
    }

    private ExitAction portWrite(Vtl0Exit.Port exit) {
        if (!isCom1(exit.port())) {
            return ExitAction.completed(devices, Map.of(), exit.next());
        }
        Uart.Write write = devices.com1().write(exit.port() - COM1, (int) exit.rax() & 0xff);
        return ExitAction.completed(new GuestDevices(write.next(), devices.crash()), Map.of(), exit.next())
                .withCom1Output(write.transmitted());
    }

    private ExitAction portRead(Vtl0Exit.Port exit) {
        long value = -1; // nobody drives the bus
        if (isCom1(exit.port()) && exit.sizeBytes() == 1) {
            value = devices.com1().read(exit.port() - COM1);
        }
        long rax = merged(exit.rax(), value, exit.sizeBytes());
        return ExitAction.completed(devices, Map.of(Gpr.RAX, rax), exit.next());
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

    private ExitAction msr(Vtl0Exit.Msr exit) {
        if (!exit.write()) {
            long value = devices.crash().read(exit.number()).orElse(0);
            return ExitAction.completed(
                    devices, Map.of(Gpr.RAX, value & 0xffff_ffffL, Gpr.RDX, value >>> 32), exit.next());
        }
        CrashRegisters crash = devices.crash().write(exit.number(), exit.value());
        ExitAction done = ExitAction.completed(new GuestDevices(devices.com1(), crash), Map.of(), exit.next());
        return exit.number() == Msr.HV_CRASH_CTL
                ? done.withLog(
                        String.format("guest reported a crash: control 0x%x, parameters %s", exit.value(), hex(crash)))
                : done;
    }

    private static String hex(CrashRegisters crash) {
        return String.join(
                " ",
                crash.parameters().stream().map(it -> String.format("0x%x", it)).toList());
    }

    private ExitAction cpuid(Vtl0Exit.Cpuid exit) {
        return ExitAction.completed(
                devices,
                Map.of(Gpr.RAX, exit.rax(), Gpr.RBX, exit.rbx(), Gpr.RCX, exit.rcx(), Gpr.RDX, exit.rdx()),
                exit.next());
    }
}
