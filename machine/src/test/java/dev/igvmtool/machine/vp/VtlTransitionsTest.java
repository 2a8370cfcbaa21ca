package dev.igvmtool.machine.vp;

import static dev.igvmtool.machine.TestMachines.HYPERCALL_PAGE;
import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.contextAt;
import static dev.igvmtool.machine.TestMachines.hypercall;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.AssertVirtualInterruptInput;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvSelf;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.InstallInterceptInput;
import dev.igvmtool.abi.hv.InterceptHeader;
import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.abi.hv.IoPortIntercept;
import dev.igvmtool.abi.hv.MemoryIntercept;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.hv.ModifyVtlProtectionMaskHeader;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.hv.VpAssistPage;
import dev.igvmtool.abi.hv.VpRegistersHeader;
import dev.igvmtool.abi.hv.VpStartInput;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Snapshot;
import dev.igvmtool.machine.StopReason;
import dev.igvmtool.machine.TestMachines;
import dev.igvmtool.machine.bus.Serial;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VtlTransitionsTest {
    private static final long ASSIST = 0x7_0000;
    private static final long RETURN = HYPERCALL_PAGE + 0x26;

    /** VTL2: sets everything up, returns to VTL0, serves intercepts with {@code serve}, returns again. */
    private static Program paravisor(Step.Action serve) {
        return program(
                1,
                TestMachines::enableHypercalls,
                cpu -> cpu.writeMsr(0x4000_0073, ASSIST | 1),
                cpu -> setOwn(cpu, RegisterName.VSM_PARTITION_CONFIG, 0x1c3f),
                cpu -> hypercall(
                        cpu,
                        0x4d,
                        InstallInterceptInput.CODEC.toBytes(
                                new InstallInterceptInput(HvSelf.PARTITION, 3, 17, 0xffff_0000L))),
                cpu -> {
                    cpu.set(Gpr.RCX, 0);
                    cpu.callHypercallPage(RETURN);
                },
                serve,
                cpu -> {
                    VpAssistPage assist = new VpAssistPage(cpu.memory(), ASSIST);
                    assist.setRax(cpu.get(Gpr.RAX));
                    assist.setRcx(cpu.get(Gpr.RCX));
                    cpu.set(Gpr.RCX, 0);
                    cpu.callHypercallPage(RETURN);
                },
                cpu -> cpu.jumpTo("s5"));
    }

    private static void setOwn(Cpu cpu, int name, long value) {
        hypercall(
                cpu,
                0x1_0000_0051L,
                new ByteWriter()
                        .u64(-1)
                        .u32(0xffff_fffeL)
                        .u32(0)
                        .u32(name)
                        .zeros(12)
                        .u64(value)
                        .u64(0)
                        .toBytes());
    }

    private static Machine machine(Program paravisor, Step.Action... guest) {
        Machine machine = running(config().build(), paravisor, program(2, guest));
        Vp vp = machine.vp(0);
        vp.mutableState().vtl(0).apply(contextAt(codeOf(2)));
        vp.mutableState().vtl(0).startSuspended = false;
        return machine;
    }

    /** Completes port accesses as a paravisor does: device, RAX, RIP. */
    private static void servePort(Cpu cpu, List<String> log) {
        VpAssistPage assist = new VpAssistPage(cpu.memory(), ASSIST);
        HvMessage message = HvMessage.CODEC.read(assist.message());
        IoPortIntercept port = IoPortIntercept.CODEC.read(message.payload());
        log.add(String.format(
                "%d %s 0x%x 0x%x rax=0x%x",
                assist.entryReason(), port.isWrite() ? "out" : "in", port.port(), port.rax() & 0xff, cpu.get(Gpr.RAX)));
        long rip = port.header().rip() + port.header().instructionLength();
        hypercall(
                cpu,
                0x1_0000_0051L,
                new ByteWriter()
                        .u64(-1)
                        .u32(0xffff_fffeL)
                        .u32(0x10)
                        .u32(RegisterName.RIP)
                        .zeros(12)
                        .u64(rip)
                        .u64(0)
                        .toBytes());
        cpu.set(Gpr.RAX, port.isWrite() ? port.rax() : 0x61);
        cpu.set(Gpr.RCX, port.rcx());
    }

    @Test
    void portAccessOfVtl0IsServedByVtl2() {
        List<String> log = new ArrayList<>();
        Machine machine = machine(
                paravisor(cpu -> servePort(cpu, log)),
                cpu -> {
                    cpu.set(Gpr.RAX, 0xaaaa_aaaaL);
                    cpu.out(Serial.COM1, 1, 'h');
                    cpu.out(Serial.COM1, 1, 'i');
                    cpu.set(Gpr.RBX, cpu.in(Serial.COM1 + 5, 1));
                },
                Cpu::halt);
        List<MachineEvent> events = TestMachines.record(machine);

        assertEquals(StopReason.IDLE, machine.run(100));
        assertEquals(
                List.of(
                        "3 out 0x3f8 0x68 rax=0xaaaaaa68",
                        "3 out 0x3f8 0x69 rax=0xaaaaaa69",
                        "3 in 0x3fd 0xaa rax=0xaaaaaaaa"),
                log);
        assertEquals(0, machine.vp(0).vtl());
        assertEquals(0x61, machine.vp(0).state().gpr(0, Gpr.RBX));
        assertEquals(0xaaaa_aaaaL, machine.vp(0).state().gpr(0, Gpr.RAX), "the step keeps its own RAX");
        long guestSteps = events.stream()
                .filter(e -> e instanceof MachineEvent.StepRetired s && s.vtl() == 0)
                .count();
        assertEquals(2, guestSteps, "the step with the accesses retires once");
    }

    @Test
    void interceptedRunReplaysFromASnapshotBetweenIntercepts() {
        List<String> log = new ArrayList<>();
        Machine machine = machine(
                paravisor(cpu -> servePort(cpu, log)),
                cpu -> {
                    cpu.out(Serial.COM1, 1, 'h');
                    cpu.set(Gpr.RBX, cpu.in(Serial.COM1 + 5, 1));
                },
                Cpu::halt);
        machine.run(9);
        Snapshot middle = machine.snapshot();
        int seen = log.size();
        machine.run(100);
        List<String> rest = List.copyOf(log.subList(seen, log.size()));
        log.clear();
        machine.restore(middle);
        machine.run(100);

        assertEquals(rest, log);
        assertEquals(0x61, machine.vp(0).state().gpr(0, Gpr.RBX));
    }

    @Test
    void memoryOfVtl2IsOutOfReachForVtl0() {
        List<Long> faults = new ArrayList<>();
        Program paravisor = program(
                1,
                TestMachines::enableHypercalls,
                cpu -> cpu.writeMsr(0x4000_0073, ASSIST | 1),
                cpu -> setOwn(cpu, RegisterName.VSM_PARTITION_CONFIG, 0x1c3f),
                cpu -> hypercall(cpu, 0x1_0000_000cL, protect(0x60)),
                cpu -> {
                    cpu.memory().writeU64(0x6_0000, 0x1234);
                    cpu.set(Gpr.RCX, 1);
                    cpu.callHypercallPage(RETURN);
                },
                cpu -> {
                    HvMessage message = HvMessage.CODEC.read(new VpAssistPage(cpu.memory(), ASSIST).message());
                    faults.add((long) message.type());
                    faults.add(MemoryIntercept.CODEC.read(message.payload()).gpa());
                    faults.add(cpu.memory().readU64(0x6_0000));
                },
                Cpu::halt);
        Machine machine = machine(paravisor, cpu -> cpu.memory().writeU64(0x6_0000, 0xdead), Cpu::halt);

        machine.run(100);
        assertEquals(List.of((long) MessageType.GPA_INTERCEPT, 0x6_0000L, 0x1234L), faults);
    }

    private static Bytes protect(long page) {
        return new ByteWriter()
                .bytes(ModifyVtlProtectionMaskHeader.CODEC.toBytes(
                        new ModifyVtlProtectionMaskHeader(0, TargetVtl.CURRENT)))
                .u64(page)
                .toBytes();
    }

    @Test
    void fastReturnKeepsSharedRegistersAndNormalReturnTakesThemFromTheAssistPage() {
        for (boolean fast : new boolean[] {true, false}) {
            Program paravisor =
                    program(1, TestMachines::enableHypercalls, cpu -> cpu.writeMsr(0x4000_0073, ASSIST | 1), cpu -> {
                        new VpAssistPage(cpu.memory(), ASSIST).setRax(0x77);
                        cpu.set(Gpr.RAX, 0x55);
                        cpu.set(Gpr.RCX, fast ? 1 : 0);
                        cpu.callHypercallPage(RETURN);
                    });
            Machine machine = machine(paravisor, cpu -> cpu.set(Gpr.RBX, cpu.get(Gpr.RAX)), Cpu::halt);

            machine.run(10);
            assertEquals(fast ? 0x55 : 0x77, machine.vp(0).get(Gpr.RBX));
            assertEquals(0, machine.vp(0).vtl());
        }
    }

    @Test
    void interruptForVtl2EndsTheRunOfVtl0() {
        Program paravisor = program(
                1,
                TestMachines::enableHypercalls,
                cpu -> cpu.writeMsr(0x4000_0073, ASSIST | 1),
                cpu -> {
                    cpu.writeMsr(0x1b, cpu.readMsr(0x1b) | 0xc00);
                    cpu.writeMsr(0x80f, 0x1ff);
                },
                cpu -> {
                    cpu.set(Gpr.RCX, 1);
                    cpu.callHypercallPage(RETURN);
                },
                cpu -> cpu.set(Gpr.RBX, new VpAssistPage(cpu.memory(), ASSIST).entryReason()),
                Cpu::halt);
        Machine machine = machine(paravisor, Cpu::halt);
        assertEquals(StopReason.IDLE, machine.run(100));
        assertEquals(0, machine.vp(0).vtl());
        machine.vp(0).requestInterrupt(2, 0x40);

        machine.run(100);
        assertEquals(2, machine.vp(0).vtl());
        assertEquals(2, machine.vp(0).get(Gpr.RBX));
    }

    @Test
    void tripleFaultOfVtl0IsToldToVtl2() {
        List<Integer> types = new ArrayList<>();
        Program paravisor = paravisor(cpu -> {
            types.add(HvMessage.CODEC
                    .read(new VpAssistPage(cpu.memory(), ASSIST).message())
                    .type());
            cpu.halt();
        });
        Machine machine = machine(paravisor, cpu -> cpu.memory().readU8(0x0001_0000_0000L));

        machine.run(100);
        assertEquals(List.of(MessageType.UNRECOVERABLE_EXCEPTION), types);
    }

    @Test
    void registersAreReachedByNameInEveryVtl() {
        Machine machine = machine(paravisor(Cpu::halt), Cpu::halt);
        Vp vp = machine.vp(0);

        assertEquals(0, VpRegisters.set(vp, 0, RegisterName.CR3, RegisterValue.of(0x5000)));
        assertEquals(
                0x5000, VpRegisters.get(vp, 0, RegisterName.CR3).orElseThrow().low());
        assertEquals(
                TestMachines.PAGE_TABLES,
                VpRegisters.get(vp, 2, RegisterName.CR3).orElseThrow().low());
    }

    /** VTL2 that asks for one kind of access and completes it with {@code length} and the given registers. */
    private static Program answering(int type, int access, long parameter, int length, long rax, long rdx) {
        return program(
                1,
                TestMachines::enableHypercalls,
                cpu -> cpu.writeMsr(0x4000_0073, ASSIST | 1),
                cpu -> setOwn(cpu, RegisterName.VSM_PARTITION_CONFIG, 0x1c3f),
                cpu -> hypercall(
                        cpu,
                        0x4d,
                        InstallInterceptInput.CODEC.toBytes(
                                new InstallInterceptInput(HvSelf.PARTITION, access, type, parameter))),
                cpu -> {
                    cpu.set(Gpr.RCX, 1);
                    cpu.callHypercallPage(RETURN);
                },
                cpu -> {
                    HvMessage message = HvMessage.CODEC.read(new VpAssistPage(cpu.memory(), ASSIST).message());
                    InterceptHeader header = InterceptHeader.CODEC.read(message.payload());
                    assertEquals(length, header.instructionLength());
                    assertEquals(0, header.vtl());
                    set(cpu, TargetVtl.explicit(0), RegisterName.RIP, header.rip() + length);
                    cpu.set(Gpr.RAX, rax);
                    cpu.set(Gpr.RDX, rdx);
                    cpu.set(Gpr.RCX, 1);
                    cpu.callHypercallPage(RETURN);
                },
                cpu -> cpu.jumpTo("s5"));
    }

    private static void set(Cpu cpu, TargetVtl vtl, int name, long value) {
        Bytes input = new ByteWriter()
                .bytes(VpRegistersHeader.CODEC.toBytes(VpRegistersHeader.self(vtl)))
                .bytes(RegisterAssociation.CODEC.toBytes(new RegisterAssociation(name, RegisterValue.of(value))))
                .toBytes();
        hypercall(cpu, 0x1_0000_0051L, input);
    }

    @Test
    void unknownMsrOfVtl0IsReadFromVtl2() {
        Machine machine = machine(
                answering(InterceptType.MSR, 3, 0, 2, 0x1_2345_6789L, 0x55),
                cpu -> cpu.set(Gpr.RBX, cpu.readMsr(0xc001_0130)),
                cpu -> cpu.set(Gpr.RSI, cpu.readMsr(0x4000_0002)),
                Cpu::halt);
        machine.run(100);

        assertEquals(0x55_2345_6789L, machine.vp(0).get(Gpr.RBX));
        assertEquals(0, machine.vp(0).get(Gpr.RSI), "what the hypervisor knows it answers itself");
    }

    @Test
    void cpuidOfVtl0IsAnsweredByVtl2() {
        Machine machine = machine(
                answering(InterceptType.CPUID, 4, 0x4000_0001, 2, 0x77, 0x66),
                cpu -> {
                    CpuidResult result = cpu.cpuid(0x4000_0001, 0);
                    cpu.set(Gpr.RBX, result.eax());
                    cpu.set(Gpr.RSI, result.edx());
                },
                Cpu::halt);
        machine.run(100);

        assertEquals(0x77, machine.vp(0).get(Gpr.RBX));
        assertEquals(0x66, machine.vp(0).get(Gpr.RSI));
    }

    @Test
    void messageToAnUnknownConnectionIsAnsweredByVtl2() {
        Machine machine = machine(
                answering(InterceptType.UNKNOWN_SYNIC_CONNECTION, 4, 0, 3, 0x12, 0),
                cpu -> {
                    cpu.writeMsr(0x4000_0000, 1L << 40);
                    cpu.writeMsr(0x4000_0001, 0x4_0001);
                },
                cpu -> {
                    cpu.set(Gpr.RCX, 0x5c);
                    cpu.callHypercallPage(0x4_0000);
                },
                cpu -> {
                    cpu.set(Gpr.RBX, cpu.get(Gpr.RAX));
                    cpu.set(Gpr.RCX, 0x5c + 0x100);
                    cpu.callHypercallPage(0x4_0000);
                },
                Cpu::halt);
        machine.run(100);

        assertEquals(0x12, machine.vp(0).get(Gpr.RBX));
        assertEquals(HvStatus.INVALID_HYPERCALL_CODE, machine.vp(0).get(Gpr.RAX), "another call is not forwarded");
    }

    @Test
    void interruptOfVtl0DoesNotComeIntoTheMiddleOfAStep() {
        List<String> log = new ArrayList<>();
        Machine machine = running(
                config().build(),
                paravisor(cpu -> {
                    servePort(cpu, log);
                    requestForVtl0(cpu);
                }),
                program(
                        2,
                        cpu -> {
                            cpu.writeMsr(0x1b, cpu.readMsr(0x1b) | 0xc00);
                            cpu.writeMsr(0x80f, 0x1ff);
                            cpu.enableInterrupts();
                        },
                        cpu -> {
                            cpu.out(Serial.COM1, 1, 'a');
                            cpu.out(Serial.COM1, 1, 'b');
                            cpu.set(Gpr.R12, cpu.get(Gpr.R13));
                        },
                        Cpu::halt),
                program(3, cpu -> cpu.set(Gpr.R13, 7), cpu -> {
                    cpu.writeMsr(0x80b, 0);
                    cpu.interruptReturn();
                }));
        Vp vp = machine.vp(0);
        vp.mutableState().vtl(0).apply(contextAt(codeOf(2)));
        vp.mutableState().vtl(0).startSuspended = false;
        TestMachines.writeGate(machine.physicalMemory(), 0x41, codeOf(3), 0x8e);
        machine.run(100);

        assertEquals(2, log.size(), log.toString());
        assertEquals(0, vp.get(Gpr.R12), "the step was over before the handler ran");
        assertEquals(7, vp.get(Gpr.R13));
        assertEquals(0, vp.vtl());
    }

    private static void requestForVtl0(Cpu cpu) {
        long rax = cpu.get(Gpr.RAX);
        long rcx = cpu.get(Gpr.RCX);
        hypercall(
                cpu,
                0x94,
                AssertVirtualInterruptInput.CODEC.toBytes(
                        new AssertVirtualInterruptInput(-1, 0, 0, 0x41, 0, Bytes.zeros(3))));
        assertEquals(0, cpu.get(Gpr.RAX));
        cpu.set(Gpr.RAX, rax);
        cpu.set(Gpr.RCX, rcx);
    }

    @Test
    void guestGivesItselfAVtl1() {
        List<Long> statuses = new ArrayList<>();
        Bytes forVp = VpStartInput.CODEC.toBytes(new VpStartInput(0, 1, contextAt(codeOf(3))));
        Bytes forPartition = new ByteWriter().u64(-1).u64(1).toBytes();
        Machine machine = running(
                config().guestVsm(true).build(),
                program(1, Cpu::halt),
                program(
                        2,
                        TestMachines::enableHypercalls,
                        cpu -> statuses.add(hypercall(cpu, 0x0f, forVp)),
                        cpu -> statuses.add(hypercall(cpu, 0x0d, forPartition)),
                        cpu -> statuses.add(hypercall(cpu, 0x0f, forVp)),
                        cpu -> cpu.callHypercallPage(HYPERCALL_PAGE + 0x0f),
                        cpu -> cpu.set(Gpr.R13, 1),
                        Cpu::halt),
                program(3, TestMachines::enableHypercalls, cpu -> cpu.set(Gpr.R12, 5), cpu -> {
                    cpu.set(Gpr.RCX, 0x12);
                    cpu.set(Gpr.RAX, 1);
                    cpu.callHypercallPage(HYPERCALL_PAGE);
                }));
        machine.vp(0).start(0, contextAt(codeOf(2)), 0);
        machine.run(30);

        assertEquals(List.of((long) HvStatus.INVALID_VTL_STATE, 0L, 0L), statuses);
        assertEquals(5, machine.vp(0).get(Gpr.R12), "VTL1 has run");
        assertEquals(1, machine.vp(0).get(Gpr.R13), "and has returned by the plain call of the page");
        assertEquals(0, machine.vp(0).vtl());
    }
}
