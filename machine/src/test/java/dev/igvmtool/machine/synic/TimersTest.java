package dev.igvmtool.machine.synic;

import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static dev.igvmtool.machine.TestMachines.writeGate;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Snapshot;
import dev.igvmtool.machine.StopReason;
import dev.igvmtool.machine.TestMachines;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimersTest {
    private static final long SIMP = 0x6_0000;
    private static final int CONFIG = 0x4000_00b0;
    private static final int COUNT = 0x4000_00b1;
    private static final int ENABLED = 1;
    private static final int PERIODIC = 2;
    private static final int LAZY = 4;
    private static final int AUTO_ENABLE = 8;
    private static final int DIRECT = 1 << 12;
    private static final int VECTOR_50 = 0x50 << 4;
    private static final int SINT2 = 2 << 16;

    private static void setUp(Cpu cpu) {
        TestMachines.enableApic(cpu);
        cpu.writeMsr(0x4000_0083, SIMP | 1);
        cpu.writeMsr(0x4000_0092, 0x55);
        cpu.enableInterrupts();
    }

    /** Sets up, runs the actions, halts until interrupts; vectors 0x50 and 0x55 count in R12 and R13. */
    private static Machine machine(Step.Action... actions) {
        Step.Action[] steps = new Step.Action[actions.length + 3];
        steps[0] = TimersTest::setUp;
        System.arraycopy(actions, 0, steps, 1, actions.length);
        steps[actions.length + 1] = Cpu::halt;
        steps[actions.length + 2] = cpu -> cpu.jumpTo("s" + (actions.length + 1));
        Machine machine = running(
                config().build(),
                program(1, steps),
                program(2, cpu -> cpu.set(Gpr.R12, cpu.get(Gpr.R12) + 1), TimersTest::endOfInterrupt),
                program(3, cpu -> cpu.set(Gpr.R13, cpu.get(Gpr.R13) + 1), TimersTest::endOfInterrupt));
        writeGate(machine.physicalMemory(), 0x50, codeOf(2), 0x8e);
        writeGate(machine.physicalMemory(), 0x55, codeOf(3), 0x8e);
        return machine;
    }

    private static void endOfInterrupt(Cpu cpu) {
        cpu.writeMsr(0x80b, 0);
        cpu.interruptReturn();
    }

    private static HvMessage message(Machine machine) {
        return machine.physicalMemory().read(HvMessage.CODEC, SIMP + 0x200);
    }

    @Test
    void oneShotTimerSendsItsMessageAndIsOff() {
        Machine machine = machine(cpu -> cpu.writeMsr(COUNT, 10_000), cpu -> cpu.writeMsr(CONFIG, SINT2 | ENABLED));

        assertEquals(StopReason.IDLE, machine.run(100));

        HvMessage message = message(machine);
        assertEquals(MessageType.TIMER_EXPIRED, message.type());
        assertEquals(24, message.payload().size());
        assertEquals(0, message.payload().u64(0), "timer 0");
        assertEquals(10_000, message.payload().u64(8), "due");
        assertEquals(10_000, message.payload().u64(16), "nothing else took time");
        assertEquals(1, machine.vp(0).get(Gpr.R13));
        assertEquals(SINT2, machine.vp(0).cpu().readMsr(CONFIG), "no longer enabled");
    }

    @Test
    void idleMachineLetsTimePassToItsNextTimer() {
        Machine machine = machine(
                cpu -> cpu.writeMsr(COUNT, 50_000_000), cpu -> cpu.writeMsr(CONFIG, DIRECT | VECTOR_50 | ENABLED));
        List<MachineEvent> events = TestMachines.record(machine);

        assertEquals(StopReason.IDLE, machine.run(100));

        assertEquals(1, machine.vp(0).get(Gpr.R12));
        assertTrue(machine.steps() < 20, machine.steps() + " steps");
        assertEquals(
                List.of(new MachineEvent.TimePassed(50_000_000)),
                events.stream()
                        .filter(MachineEvent.TimePassed.class::isInstance)
                        .toList());
        long reference = machine.vp(0).cpu().readMsr(0x4000_0020);
        assertTrue(reference > 50_000_000 && reference < 50_001_000, "reference time " + reference);
        assertEquals(reference * 200, machine.vp(0).cpu().readMsr(0x10), "the time-stamp counter went along");
    }

    @Test
    void periodicTimerComesAgainAndAgain() {
        Machine machine = machine(
                cpu -> cpu.writeMsr(COUNT, 5000), cpu -> cpu.writeMsr(CONFIG, DIRECT | VECTOR_50 | PERIODIC | ENABLED));

        machine.run(400);

        long count = machine.vp(0).get(Gpr.R12);
        long time = machine.partition().time().now();
        assertTrue(count > 50, count + " interrupts");
        assertTrue(Math.abs(time / 5000 - count) <= 1, count + " interrupts in " + time);
    }

    @Test
    void countSwitchesATimerOnThatSaysSo() {
        Machine machine = machine(
                cpu -> cpu.writeMsr(CONFIG, DIRECT | VECTOR_50 | AUTO_ENABLE), cpu -> cpu.writeMsr(COUNT, 2000));

        machine.run(100);

        assertEquals(1, machine.vp(0).get(Gpr.R12));
    }

    @Test
    void zeroSwitchesATimerOff() {
        Machine machine = machine(
                cpu -> cpu.writeMsr(COUNT, 2000),
                cpu -> cpu.writeMsr(CONFIG, DIRECT | VECTOR_50 | ENABLED),
                cpu -> cpu.writeMsr(COUNT, 0));

        machine.run(100);

        assertEquals(0, machine.vp(0).get(Gpr.R12));
        assertEquals(DIRECT | VECTOR_50, machine.vp(0).cpu().readMsr(CONFIG));
    }

    @Test
    void timerThatTellsNobodyIsNotSwitchedOn() {
        Machine machine = machine(cpu -> cpu.writeMsr(COUNT, 2000), cpu -> cpu.writeMsr(CONFIG, ENABLED));

        assertEquals(StopReason.IDLE, machine.run(100));

        assertEquals(0, machine.vp(0).cpu().readMsr(CONFIG));
    }

    @Test
    void lazyTimerDoesNotWakeAnIdleMachine() {
        Machine machine = machine(
                cpu -> cpu.writeMsr(COUNT, 2000), cpu -> cpu.writeMsr(CONFIG, DIRECT | VECTOR_50 | LAZY | ENABLED));

        assertEquals(StopReason.IDLE, machine.run(100));
        assertEquals(0, machine.vp(0).get(Gpr.R12));
        assertTrue(machine.partition().time().now() < 2000, "no time has passed");
    }

    @Test
    void messageWaitsForItsSlotUntilTheGuestIsDoneWithIt() {
        Machine machine = machine(
                cpu -> cpu.writeMsr(COUNT, 1000),
                cpu -> cpu.writeMsr(CONFIG, SINT2 | ENABLED),
                cpu -> cpu.writeMsr(COUNT + 2, 2000),
                cpu -> cpu.writeMsr(CONFIG + 2, SINT2 | ENABLED));
        machine.run(300);
        assertEquals(0, message(machine).payload().u64(0));
        assertEquals(1, machine.physicalMemory().readU8(SIMP + 0x205), "more is pending");

        machine.physicalMemory().writeU32(SIMP + 0x200, 0);
        assertEquals(0, message(machine).type(), "nothing comes before the end of the message is told");
        machine.vp(0).cpu().writeMsr(0x4000_0084, 0);

        assertEquals(1, message(machine).payload().u64(0), "timer 1");
        assertEquals(2000, message(machine).payload().u64(8));
    }

    @Test
    void expiryIsTheSameAfterASnapshot() {
        Machine machine = machine(
                cpu -> cpu.writeMsr(COUNT, 7000), cpu -> cpu.writeMsr(CONFIG, DIRECT | VECTOR_50 | PERIODIC | ENABLED));
        machine.run(8);
        Snapshot early = machine.snapshot();
        machine.run(100);
        long count = machine.vp(0).get(Gpr.R12);
        long time = machine.partition().time().now();

        machine.restore(early);
        machine.run(100);

        assertEquals(count, machine.vp(0).get(Gpr.R12));
        assertEquals(time, machine.partition().time().now());
    }

    @Test
    void apicTimerCountsDown() {
        Machine machine = machine(
                cpu -> cpu.writeMsr(0x83e, 0xb),
                cpu -> cpu.writeMsr(0x832, 0x2_0050),
                cpu -> cpu.writeMsr(0x838, 200_000),
                cpu -> cpu.set(Gpr.R14, cpu.readMsr(0x839)));
        machine.run(5);
        assertEquals(200_000 - 200, machine.vp(0).get(Gpr.R14), "a step takes a microsecond, 200 ticks");

        machine.run(200);

        long count = machine.vp(0).get(Gpr.R12);
        long time = machine.partition().time().now();
        assertTrue(Math.abs(time / 10_000 - count) <= 1, count + " interrupts in " + time);
    }

    @Test
    void periodicTimerThatNobodyTakesEndsTheRun() {
        Machine machine = machine(
                Cpu::disableInterrupts,
                cpu -> cpu.writeMsr(COUNT, 100),
                cpu -> cpu.writeMsr(CONFIG, DIRECT | VECTOR_50 | PERIODIC | ENABLED));

        assertEquals(StopReason.IDLE, machine.run(1000));
    }
}
