package dev.igvmtool.machine;

import static dev.igvmtool.machine.TestMachines.INPUT_PAGE;
import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.contextAt;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.bus.CountingClock;
import dev.igvmtool.machine.bus.CountingClock.Sequence;
import dev.igvmtool.machine.bus.Serial;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.vp.RunState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MachineTest {
    private record Kept(int count) {}

    @Test
    void stepsRunInSlotOrderAndRipTellsWhere() {
        Machine machine =
                running(cpu -> cpu.set(Gpr.RAX, cpu.rip()), cpu -> cpu.set(Gpr.RBX, cpu.addressOf("s0")), Cpu::halt);

        assertEquals(StopReason.IDLE, machine.run(10));
        assertEquals(codeOf(1) + 16, machine.vp(0).get(Gpr.RAX));
        assertEquals(codeOf(1), machine.vp(0).get(Gpr.RBX));
        assertEquals(codeOf(1) + 48, machine.vp(0).rip());
        assertEquals(3, machine.steps());
    }

    @Test
    void stepThatSetsRipHasJumped() {
        Machine machine = running(cpu -> cpu.jumpTo("s2"), cpu -> cpu.set(Gpr.RAX, 1), Cpu::halt);

        machine.run(10);
        assertEquals(0, machine.vp(0).get(Gpr.RAX));
    }

    @Test
    void programsCallEachOther() {
        Machine machine = running(
                config().build(),
                program(
                        1,
                        cpu -> {
                            cpu.set(Gpr.RDI, 20);
                            cpu.call(codeOf(2));
                        },
                        Cpu::halt),
                program(2, cpu -> cpu.set(Gpr.RAX, cpu.get(Gpr.RDI) + 1), Cpu::ret));

        machine.run(10);
        assertEquals(21, machine.vp(0).get(Gpr.RAX));
        assertEquals(RunState.HALTED, machine.vp(0).runState());
    }

    @Test
    void privateRecordsBelongToTheirProgram() {
        Machine machine = running(
                config().build(),
                program(1, cpu -> cpu.keep(new Kept(7)), cpu -> cpu.jump(codeOf(2))),
                program(
                        2,
                        cpu -> cpu.set(Gpr.RAX, cpu.kept(Kept.class).isPresent() ? 1 : 2),
                        cpu -> cpu.jump(codeOf(3))),
                program(3, Cpu::halt));

        Snapshot start = machine.snapshot();
        machine.run(1);
        assertEquals(Optional.of(new Kept(7)), machine.partition().state().keptBy(1));
        machine.run(10);
        assertEquals(2, machine.vp(0).get(Gpr.RAX));
        machine.restore(start);
        assertTrue(machine.partition().state().kept.isEmpty());
    }

    @Test
    void bytesThatAreNoSlotStopTheVpWithoutAHandler() {
        Machine machine = running(cpu -> cpu.jump(0x4_0000));

        assertEquals(StopReason.VP_STOPPED, machine.run(10));
        assertEquals(
                "triple fault: no slot at 0x40000, and nothing to run machine code",
                machine.vp(0).stopReason());
    }

    @Test
    void badDataThatAProgramDoesNotHandleStopsTheVpWithItsMessage() {
        Machine machine = running(cpu -> {
            throw new FormatException("device tree ends too early");
        });

        assertEquals(StopReason.VP_STOPPED, machine.run(10));
        assertEquals(
                "the program gave up: device tree ends too early", machine.vp(0).stopReason());
    }

    @Test
    void vpsTakeTurnsOfOneStep() {
        Machine machine = running(
                config().vpCount(3).build(), program(1, cpu -> {}, cpu -> {}, Cpu::halt), program(2, cpu -> {}));
        for (int i = 1; i < 3; i++) {
            machine.vp(i).enableVtl(2);
            machine.vp(i).start(2, contextAt(codeOf(1)), 0);
        }
        List<Integer> order = new ArrayList<>();
        machine.observe(event -> {
            if (event instanceof MachineEvent.StepRetired step) {
                order.add(step.vp());
            }
        });

        machine.run(100);
        assertEquals(List.of(0, 1, 2, 0, 1, 2, 0, 1, 2), order);
    }

    @Test
    void runStopsBeforeTheTurnForWhichTheConditionHolds() {
        Machine machine = running(cpu -> {}, cpu -> {}, cpu -> {}, Cpu::halt);
        long target = codeOf(1) + 32;

        StopReason reason =
                machine.run(100, m -> m.next().map(vp -> vp.rip() == target).orElse(false));
        assertEquals(StopReason.CONDITION, reason);
        assertEquals(2, machine.steps());
        assertEquals(StopReason.LIMIT, machine.run(1));
    }

    @Test
    void clockOfSuccessiveReadsCountsReads() {
        CountingClock clock = new CountingClock(new Sequence(1_000_000, 10_000), new Sequence(5, 1));
        Machine machine = running(
                config().clock(clock).build(),
                program(
                        1,
                        cpu -> cpu.set(Gpr.RAX, cpu.readMsr(0x4000_0020)),
                        cpu -> cpu.set(Gpr.RBX, cpu.readMsr(0x4000_0020)),
                        Cpu::halt));
        Snapshot start = machine.snapshot();

        machine.run(10);
        assertEquals(1_000_000, machine.vp(0).get(Gpr.RAX));
        assertEquals(1_010_000, machine.vp(0).get(Gpr.RBX));
        machine.restore(start);
        machine.run(10);
        assertEquals(1_010_000, machine.vp(0).get(Gpr.RBX));
    }

    @Test
    void twoRunsAndAReplayGiveTheSameEvents() {
        Machine first = busyMachine();
        Machine second = busyMachine();
        List<MachineEvent> a = TestMachines.record(first);
        List<MachineEvent> b = TestMachines.record(second);
        first.run(57);
        Snapshot middle = first.snapshot();
        int before = a.size();
        first.run(1000);
        second.run(1057);

        assertEquals(a, b);
        assertTrue(a.size() > before);
        List<MachineEvent> rest = List.copyOf(a.subList(before, a.size()));
        a.clear();
        first.restore(middle);
        first.run(1000);
        assertEquals(rest, a);
        assertEquals(
                second.physicalMemory().readBytes(INPUT_PAGE, 256),
                first.physicalMemory().readBytes(INPUT_PAGE, 256));
    }

    /** Four VPs that write memory, ask the time and send each other interrupts. */
    private static Machine busyMachine() {
        Machine machine = running(
                config().vpCount(4).build(),
                program(
                        1,
                        cpu -> {
                            long self = cpu.readMsr(0x4000_0002);
                            cpu.set(Gpr.RBX, self);
                            cpu.memory().writeU64(INPUT_PAGE + 8 * self, cpu.readMsr(0x4000_0020));
                        },
                        cpu -> cpu.memory()
                                .writeU64(
                                        INPUT_PAGE + 128,
                                        cpu.memory().readU64(INPUT_PAGE + 128) * 31 + cpu.get(Gpr.RBX)),
                        cpu -> {
                            cpu.set(Gpr.RCX, cpu.get(Gpr.RCX) + 1);
                            cpu.out(Serial.COM3, 1, 'a' + (int) cpu.get(Gpr.RBX));
                            if (cpu.get(Gpr.RCX) < 50 + cpu.get(Gpr.RBX)) {
                                cpu.jumpTo("s0");
                            }
                        },
                        Cpu::halt));
        machine.ports().add(new Serial(Serial.COM3));
        for (int i = 1; i < 4; i++) {
            machine.vp(i).enableVtl(2);
            InitialVpContext context = contextAt(codeOf(1));
            machine.vp(i).start(2, context, 0);
        }
        return machine;
    }

    @Test
    void snapshotSharesTheStateOfVpsThatDoNothing() {
        Machine machine = running(config().vpCount(2).build(), program(1, cpu -> {}, cpu -> {}, Cpu::halt));
        Snapshot first = machine.snapshot();
        machine.run(1);
        Snapshot second = machine.snapshot();

        assertTrue(first.vps.get(1) == second.vps.get(1));
        assertFalse(first.vps.get(0) == second.vps.get(0));
    }

    @Test
    void portsWithoutDeviceReadAsOnes() {
        Machine machine = running(cpu -> cpu.set(Gpr.RAX, cpu.in(0x80, 2)), Cpu::halt);

        machine.run(10);
        assertEquals(0xffff, machine.vp(0).get(Gpr.RAX));
    }

    @Test
    void lookingAtWhatRunsNextLeavesNoTrace() {
        Machine machine = running(Cpu::halt);
        long entry = TestMachines.PAGE_TABLES;
        machine.physicalMemory().writeU64(entry, machine.physicalMemory().readU64(entry) & ~0x20L);

        assertEquals(0, machine.vp(0).slotAtRip().map(slot -> slot.step()).orElseThrow());
        assertEquals(0, machine.physicalMemory().readU64(entry) & 0x20);
        machine.step();
        assertEquals(0x20, machine.physicalMemory().readU64(entry) & 0x20);
        assertTrue(machine.vp(0).peek(0x0001_0000_0000L, 1).isEmpty());
    }

    @Test
    void addressWithoutMemoryStopsTheHighestVtl() {
        Machine machine = running(cpu -> cpu.memory().writeU8(0xf800_0000L, 1));

        assertEquals(StopReason.VP_STOPPED, machine.run(10));
        assertEquals(
                "write of GPA 0xf8000000, which is not mapped", machine.vp(0).stopReason());
    }

    @Test
    void registersChangedFromOutsideAreInTheNextSnapshot() {
        Machine machine = running(Cpu::halt);
        machine.snapshot();
        machine.vp(0).set(Gpr.RBX, 9);
        Snapshot changed = machine.snapshot();
        machine.vp(0).set(Gpr.RBX, 10);
        machine.restore(changed);

        assertEquals(9, machine.vp(0).get(Gpr.RBX));
    }

    @Test
    void vpMayTakeItsTurnOutOfOrder() {
        Machine machine = running(config().vpCount(3).build(), program(1, cpu -> {}, cpu -> {}, cpu -> {}, Cpu::halt));
        for (int i = 1; i < 3; i++) {
            machine.vp(i).enableVtl(2);
            machine.vp(i).start(2, contextAt(codeOf(1)), 0);
        }

        assertTrue(machine.step(2));
        assertTrue(machine.step(2));
        assertEquals(codeOf(1) + 32, machine.vp(2).rip());
        assertEquals(codeOf(1), machine.vp(1).rip());
        assertEquals(0, machine.next().orElseThrow().index());
        assertEquals(2, machine.turns());
        machine.step(2);
        machine.step(2);
        assertFalse(machine.step(2), "it has halted");
        assertEquals(4, machine.turns());
    }

    @Test
    void turnsCountWhatIsNoStepAndGoBackWithTheMachine() {
        Machine machine = running(cpu -> {}, cpu -> {
            throw new FormatException("no");
        });
        Snapshot start = machine.snapshot();

        machine.run(10);
        assertEquals(1, machine.steps());
        assertEquals(2, machine.turns());
        assertEquals(2, machine.snapshot().turns());
        machine.restore(start);
        assertEquals(0, machine.turns());
    }

    @Test
    void snapshotThatSharesAlmostAllTakesLittleMore() {
        Machine machine = running(config().vpCount(2).build(), program(1, cpu -> {}, cpu -> {}, Cpu::halt));
        Snapshot first = machine.snapshot();
        machine.run(1);
        Snapshot second = machine.snapshot();

        assertEquals(0, first.bytesBeyond(first));
        assertTrue(second.bytesBeyond(first) < 16 << 10, second.bytesBeyond(first) + " bytes");
        assertEquals(0, second.memory().pagesThatDiffer(first.memory()).length);
    }
}
