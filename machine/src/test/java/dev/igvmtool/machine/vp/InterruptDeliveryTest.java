package dev.igvmtool.machine.vp;

import static dev.igvmtool.machine.TestMachines.STACK_TOP;
import static dev.igvmtool.machine.TestMachines.TSS;
import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static dev.igvmtool.machine.TestMachines.writeGate;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.StopReason;
import dev.igvmtool.machine.TestMachines;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.partition.PartitionConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterruptDeliveryTest {
    private static final int INTERRUPT_GATE = 0x8e;
    private static final int TRAP_GATE = 0x8f;
    private static final int NOT_PRESENT = 0x0e;

    @Test
    void pageFaultReachesItsHandlerWithCodeAddressAndFrame() {
        Machine machine = running(
                config().build(),
                program(
                        1,
                        cpu -> {
                            cpu.set(Gpr.RBX, 5);
                            cpu.memory().writeU64(0x0001_0000_0000L, 1);
                        },
                        Cpu::halt),
                program(
                        2,
                        cpu -> {
                            cpu.set(Gpr.RAX, cpu.get(ControlRegister.CR2));
                            cpu.set(Gpr.RCX, cpu.pop());
                            cpu.set(Gpr.RDX, cpu.memory().readU64(cpu.get(Gpr.RSP)));
                        },
                        Cpu::halt));
        writeGate(machine.physicalMemory(), 14, codeOf(2), INTERRUPT_GATE);

        machine.run(10);
        Vp vp = machine.vp(0);
        assertEquals(0x0001_0000_0000L, vp.get(Gpr.RAX));
        assertEquals(2, vp.get(Gpr.RCX), "write to a page that is not present");
        assertEquals(codeOf(1), vp.get(Gpr.RDX), "RIP is still at the step");
        assertEquals(5, vp.get(Gpr.RBX), "effects before the fault stay");
        assertEquals(STACK_TOP - 40, vp.get(Gpr.RSP));
    }

    @Test
    void interruptWakesAHaltedVpAndReturnsBehindTheHalt() {
        Machine machine = running(config().vpCount(2).build(), waiter(), handler(), sender());
        writeGate(machine.physicalMemory(), 0x20, codeOf(2), INTERRUPT_GATE);
        assertEquals(StopReason.IDLE, machine.run(10));
        assertEquals(RunState.HALTED, machine.vp(0).runState());
        machine.vp(1).enableVtl(2);
        machine.vp(1).start(2, dev.igvmtool.machine.TestMachines.contextAt(codeOf(3)), 0);

        assertEquals(StopReason.IDLE, machine.run(20));
        assertEquals(0x77, machine.vp(0).get(Gpr.RBX), "the handler ran");
        assertEquals(0x88, machine.vp(0).get(Gpr.RDX), "the step behind the halt ran");
        assertEquals(STACK_TOP, machine.vp(0).get(Gpr.RSP));
        assertEquals(0x10, machine.vp(0).cpu().get(SegmentRegister.CS).selector());
    }

    private static dev.igvmtool.machine.guest.Program waiter() {
        return program(
                1,
                InterruptDeliveryTest::enableApic,
                cpu -> {
                    cpu.enableInterrupts();
                    cpu.halt();
                },
                cpu -> {
                    cpu.disableInterrupts();
                    cpu.set(Gpr.RDX, 0x88);
                },
                Cpu::halt);
    }

    private static dev.igvmtool.machine.guest.Program handler() {
        return program(2, cpu -> {
            cpu.set(Gpr.RBX, 0x77);
            cpu.writeMsr(0x80b, 0);
            cpu.interruptReturn();
        });
    }

    private static dev.igvmtool.machine.guest.Program sender() {
        return program(3, InterruptDeliveryTest::enableApic, cpu -> cpu.writeMsr(0x830, 0x20), Cpu::halt);
    }

    private static void enableApic(Cpu cpu) {
        cpu.writeMsr(0x1b, cpu.readMsr(0x1b) | 0xc00);
        cpu.writeMsr(0x80f, 0x1ff);
    }

    @Test
    void interruptGateMasksInterruptsAndTrapGateDoesNot() {
        for (int type : new int[] {INTERRUPT_GATE, TRAP_GATE}) {
            Machine machine = running(
                    config().build(),
                    program(1, Cpu::enableInterrupts, cpu -> {
                        throw GuestException.invalidOpcode("test");
                    }),
                    program(2, cpu -> cpu.set(Gpr.RAX, cpu.rflags()), Cpu::halt));
            writeGate(machine.physicalMemory(), 6, codeOf(2), type);

            machine.run(10);
            assertEquals(type == TRAP_GATE ? Cpu.RFLAGS_IF : 0, machine.vp(0).get(Gpr.RAX) & Cpu.RFLAGS_IF);
        }
    }

    @Test
    void gateThatIsNotPresentEndsInATripleFault() {
        Machine machine = running(cpu -> cpu.memory().readU8(0x0001_0000_0000L));
        writeGate(machine.physicalMemory(), 14, codeOf(1), NOT_PRESENT);

        assertEquals(StopReason.VP_STOPPED, machine.run(10));
        assertTrue(
                machine.vp(0).stopReason().startsWith("triple fault: page fault at 0x100000000"),
                machine.vp(0).stopReason());
    }

    @Test
    void faultThatCannotBeDeliveredBecomesADoubleFault() {
        Machine machine = running(
                config().build(),
                program(1, cpu -> {
                    throw GuestException.generalProtection("test");
                }),
                program(2, cpu -> cpu.set(Gpr.RAX, 8), Cpu::halt));
        writeGate(machine.physicalMemory(), 13, codeOf(1), NOT_PRESENT);
        writeGate(machine.physicalMemory(), 8, codeOf(2), INTERRUPT_GATE);

        machine.run(10);
        assertEquals(8, machine.vp(0).get(Gpr.RAX));
        assertEquals(RunState.HALTED, machine.vp(0).runState());
    }

    /** The gates of some vectors are not present, so that each next one is a #NP; handlers say which vector came. */
    @ParameterizedTest
    @CsvSource({
        // First fault, gates that are not present, vector whose handler runs, 0 for a triple fault.
        "14, 14,      8, page fault then contributory",
        "13, 13,      8, contributory then contributory",
        "6,  6,      11, benign then contributory",
        "14, 14 11 8, 0, not even a double fault",
        "6,  6 11,    8, benign then contributory twice"
    })
    void secondFaultIsJudgedByTheFirst(int first, String missing, int handled, String why) {
        Machine machine = running(
                config().build(),
                program(1, cpu -> {
                    if (first == 14) {
                        cpu.memory().readU8(0x0001_0000_0000L);
                    }
                    throw first == 13 ? GuestException.generalProtection("") : GuestException.invalidOpcode("");
                }),
                program(2, cpu -> cpu.set(Gpr.RAX, 8), Cpu::halt),
                program(3, cpu -> cpu.set(Gpr.RAX, 11), Cpu::halt));
        writeGate(machine.physicalMemory(), 8, codeOf(2), INTERRUPT_GATE);
        writeGate(machine.physicalMemory(), 11, codeOf(3), INTERRUPT_GATE);
        for (String vector : missing.split(" ", -1)) {
            writeGate(machine.physicalMemory(), Integer.parseInt(vector), codeOf(2), NOT_PRESENT);
        }
        machine.run(10);

        assertEquals(handled, machine.vp(0).get(Gpr.RAX), why);
        assertEquals(handled == 0, !machine.vp(0).stopReason().isEmpty(), why);
    }

    @Test
    void pageFaultOnTheWayToAContributoryOneIsHandledByItself() {
        Machine machine = running(
                config().build(),
                program(1, cpu -> {
                    throw GuestException.generalProtection("test");
                }),
                program(2, cpu -> cpu.set(Gpr.RAX, cpu.get(ControlRegister.CR2)), Cpu::halt));
        // The gate of #GP uses a stack of the task state that is not mapped; that of the page fault does not.
        writeGate(machine.physicalMemory(), 13, codeOf(2), INTERRUPT_GATE);
        writeGate(machine.physicalMemory(), 14, codeOf(2), INTERRUPT_GATE);
        long gate = TestMachines.IDT + 13 * 16;
        machine.physicalMemory().writeU64(gate, machine.physicalMemory().readU64(gate) | 1L << 32);
        machine.physicalMemory().writeU64(TSS + 36, 0x0002_0000_0000L);

        machine.run(10);
        assertEquals(0x0002_0000_0000L - 8, machine.vp(0).get(Gpr.RAX));
        assertEquals(RunState.HALTED, machine.vp(0).runState());
    }

    @Test
    void systemCallChangesThePrivilegeLevelAndComesBack() {
        Machine machine = running(config().build(), kernel(), program(2, Cpu::systemReturn), user());
        machine.run(20);

        Vp vp = machine.vp(0);
        assertEquals(1, vp.get(Gpr.RBX), "the user program went on after the call");
        assertTrue(vp.stopReason().contains("HLT outside privilege level 0"), vp.stopReason());
        assertEquals(3, vp.cpu().get(SegmentRegister.SS).selector() & 3);
    }

    private static dev.igvmtool.machine.guest.Program kernel() {
        return program(1, cpu -> {
            cpu.writeMsr(0xc000_0080, 0xd01);
            cpu.writeMsr(0xc000_0081, 0x0010L << 32 | 0x0013L << 48);
            cpu.writeMsr(0xc000_0082, codeOf(2));
            cpu.writeMsr(0xc000_0084, 0x200);
            cpu.set(Gpr.RCX, codeOf(3));
            cpu.set(Gpr.R11, 0x202);
            cpu.systemReturn();
        });
    }

    private static dev.igvmtool.machine.guest.Program user() {
        return program(3, Cpu::systemCall, cpu -> cpu.set(Gpr.RBX, 1), Cpu::halt);
    }

    @Test
    void exceptionInUserModeUsesTheStackOfTheTaskState() {
        Machine machine = running(
                config().build(),
                kernel(),
                program(2, Cpu::systemReturn),
                program(3, cpu -> cpu.memory().readU8(0x0001_0000_0000L)),
                program(4, cpu -> cpu.set(Gpr.RAX, cpu.get(Gpr.RSP)), Cpu::halt));
        machine.physicalMemory().writeU64(TSS + 4, 0x5_0000);
        writeGate(machine.physicalMemory(), 14, codeOf(4), INTERRUPT_GATE);

        machine.run(20);
        assertEquals(0x5_0000 - 48, machine.vp(0).get(Gpr.RAX));
        assertEquals(0x23, (int) machine.physicalMemory().readU64(0x5_0000 - 32), "CS of user mode");
        assertEquals(RunState.HALTED, machine.vp(0).runState());
    }

    @Test
    void haltWithInterruptsOffIsForGood() {
        PartitionConfig config = config().build();
        Machine machine = running(config, program(1, InterruptDeliveryTest::enableApic, Cpu::halt));
        machine.run(10);
        machine.vp(0).requestInterrupt(2, 0x40);

        assertEquals(StopReason.IDLE, machine.run(10));
    }
}
