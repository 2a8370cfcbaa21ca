package dev.igvmtool.machine.vp;

import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.contextAt;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static dev.igvmtool.machine.TestMachines.writeGate;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.TestMachines;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.guest.StageImage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApicMsrsTest {
    private static final int ICR = 0x830;
    private static final long NMI = 4 << 8;
    private static final long INIT = 5 << 8;
    private static final long STARTUP = 6 << 8;
    private static final long SELF = 1 << 18;
    private static final long ALL = 2 << 18;
    private static final long OTHERS = 3 << 18;
    private static final long LOGICAL = 1 << 11;

    private final Machine machine = running(config().vpCount(3).build(), program(1, Cpu::halt));

    ApicMsrsTest() {
        for (int i = 1; i < 3; i++) {
            machine.vp(i).enableVtl(2, contextAt(codeOf(1)));
            machine.vp(i).start(2, 0);
        }
        for (int i = 0; i < 3; i++) {
            TestMachines.enableApic(machine.vp(i).cpu());
        }
    }

    private void send(long command) {
        machine.vp(0).cpu().writeMsr(ICR, command);
    }

    /** VPs with vector 0x40 requested. */
    private List<Integer> requested() {
        List<Integer> vps = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            if ((machine.vp(i).cpu().readMsr(0x822) & 1) != 0) {
                vps.add(i);
            }
        }
        return vps;
    }

    @Test
    void commandGoesToItsDestination() {
        send(2L << 32 | 0x40);
        assertEquals(List.of(2), requested());
        assertEquals(2L << 32 | 0x40, machine.vp(0).cpu().readMsr(ICR), "the last command can be read");
    }

    @Test
    void shorthandsNameSelfAllAndOthers() {
        send(SELF | 0x40);
        assertEquals(List.of(0), requested());
        send(OTHERS | 0x40);
        assertEquals(List.of(0, 1, 2), requested());
    }

    @Test
    void broadcastAndLogicalDestinationsNameSeveral() {
        send(LOGICAL | 6L << 32 | 0x40);
        assertEquals(List.of(1, 2), requested());
        send(0xffff_ffffL << 32 | 0x40);
        assertEquals(List.of(0, 1, 2), requested());
    }

    @Test
    void lowestPriorityTakesOne() {
        send(ALL | 1 << 8 | 0x40);
        assertEquals(List.of(0), requested());
    }

    @Test
    void vectorsOfExceptionsReachNobody() {
        send(ALL | 5);
        for (int i = 0; i < 3; i++) {
            assertEquals(0, machine.vp(i).cpu().readMsr(0x820));
        }
    }

    @Test
    void selfIpiHasARegisterOfItsOwn() {
        machine.vp(1).cpu().writeMsr(0x83f, 0x40);
        assertEquals(List.of(1), requested());
    }

    @ParameterizedTest
    @CsvSource({
        "0x802, 0",
        "0x803, 0",
        "0x80a, 0",
        "0x80b, 1",
        "0x80d, 0",
        "0x80f, 0x200",
        "0x810, 0",
        "0x828, 1",
        "0x830, 0x2000",
        "0x832, 0x40000",
        "0x838, 0x100000000",
        "0x839, 0",
        "0x83e, 4",
        "0x83f, 0x100",
        "0x840, 0",
        "0x808, 0x100",
        "0x1b, 0xfee01900",
        "0x1b, 0xfee00500"
    })
    void writeIsRefused(String number, String value) {
        int msr = Long.decode(number).intValue();
        assertThrows(GuestException.class, () -> machine.vp(0).cpu().writeMsr(msr, Long.decode(value)));
    }

    @Test
    void x2ApicModeEndsOnlyInOff() {
        Cpu cpu = machine.vp(0).cpu();
        assertThrows(GuestException.class, () -> cpu.writeMsr(0x1b, 0xfee0_0900L));
        cpu.writeMsr(0x1b, 0xfee0_0100L);
        assertThrows(GuestException.class, () -> cpu.readMsr(0x802));
    }

    @Test
    void nmiIsTakenOnceWithInterruptsOff() {
        Machine machine = running(
                config().build(),
                program(
                        1,
                        TestMachines::enableApic,
                        cpu -> cpu.writeMsr(ICR, SELF | NMI),
                        cpu -> cpu.set(Gpr.R14, cpu.get(Gpr.R12)),
                        Cpu::halt),
                program(2, cpu -> cpu.set(Gpr.R12, cpu.get(Gpr.R12) + 1), cpu -> cpu.writeMsr(ICR, SELF | NMI), cpu -> {
                    cpu.set(Gpr.R13, cpu.get(Gpr.R12));
                    if (cpu.get(Gpr.R12) == 2) {
                        cpu.halt();
                    } else {
                        cpu.interruptReturn();
                    }
                }));
        writeGate(machine.physicalMemory(), 2, codeOf(2), 0x8e);
        machine.run(30);

        assertEquals(2, machine.vp(0).get(Gpr.R12), "the second NMI waits for IRET, then comes before the next step");
        assertEquals(0, machine.vp(0).get(Gpr.R14));
    }

    @Test
    void initAndStartUpRunAnotherProcessorFromRealMode() {
        machine.vp(1).mutableState().vtl(2).cr8 = 3;
        send(1L << 32 | INIT | 1 << 14);
        assertEquals(RunState.WAITING_FOR_START, machine.vp(1).runState());
        assertEquals(0, machine.vp(1).state().vtl(2).cr8);
        assertEquals(0x6000_0010, machine.vp(1).state().vtl(2).cr0);
        machine.physicalMemory().writeBytes(0x1_2000, StageImage.slots(program(1, Cpu::halt)));

        send(1L << 32 | STARTUP | 0x12);

        assertEquals(RunState.RUNNING, machine.vp(1).runState());
        assertEquals(0x1200, machine.vp(1).cpu().get(SegmentRegister.CS).selector());
        assertEquals(0x1_2000, machine.vp(1).cpu().get(SegmentRegister.CS).base());
        assertEquals(0, machine.vp(1).rip());
        machine.run(10);
        assertEquals(RunState.HALTED, machine.vp(1).runState(), "the slot there was run");
    }

    @Test
    void startUpOfARunningProcessorIsIgnored() {
        long rip = machine.vp(1).rip();
        send(1L << 32 | STARTUP | 0x12);
        assertEquals(rip, machine.vp(1).rip());
    }

    @Test
    void priorityFollowsTheInterruptInService() {
        Machine machine = running(
                config().build(),
                program(
                        1,
                        cpu -> {
                            TestMachines.enableApic(cpu);
                            cpu.enableInterrupts();
                            cpu.writeMsr(0x83f, 0x60);
                        },
                        Cpu::halt),
                program(
                        2,
                        cpu -> cpu.set(Gpr.R12, cpu.readMsr(0x80a)),
                        cpu -> cpu.set(Gpr.R13, cpu.readMsr(0x813)),
                        cpu -> {
                            cpu.writeMsr(0x80b, 0);
                            cpu.set(Gpr.R14, cpu.readMsr(0x80a));
                            cpu.halt();
                        }));
        writeGate(machine.physicalMemory(), 0x60, codeOf(2), 0x8e);
        machine.run(20);

        assertEquals(0x60, machine.vp(0).get(Gpr.R12));
        assertEquals(1, machine.vp(0).get(Gpr.R13), "in service");
        assertEquals(0, machine.vp(0).get(Gpr.R14));
        assertTrue(machine.vp(0).stopReason().isEmpty());
    }
}
