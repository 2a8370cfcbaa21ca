package dev.igvmtool.debugger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.bus.Serial;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private static final long FIRST_COUNTER = Runs.DATA + 0x100;

    private static HistoryLimits every(int turns) {
        return new HistoryLimits(turns, Long.MAX_VALUE, 64 << 20, 10_000);
    }

    /** All that differs between moments of a counting machine. */
    private static List<Object> look(Machine machine) {
        List<Object> seen = new ArrayList<>(List.of(
                machine.turns(),
                machine.steps(),
                machine.physicalMemory().readBytes(Runs.DATA, 0x1000),
                machine.ports().serial(Serial.COM1).orElseThrow().text(),
                machine.next().map(vp -> vp.index()).orElse(-1)));
        machine.partition().vps().forEach(vp -> seen.add(vp.state().active().rip));
        return seen;
    }

    @Test
    void everyMomentIsTheSameWhicheverWayItIsReached() {
        History history = new History(Runs.counting(3, 30, cpu -> {}), every(11));
        List<List<Object>> moments = new ArrayList<>();
        do {
            moments.add(look(history.machine()));
        } while (history.forward());
        assertEquals(moments.size() - 1, history.end());

        Random random = new Random(3);
        for (int i = 0; i < 300; i++) {
            int turn = random.nextInt(moments.size());
            history.goTo(turn);
            assertEquals(moments.get(turn), look(history.machine()), "turn " + turn);
        }
        for (int turn = moments.size() - 1; turn >= 0; turn--) {
            history.goTo(turn);
            assertEquals(moments.get(turn), look(history.machine()), "turn " + turn);
        }
    }

    @Test
    void historyBeginsWhereItWasMade() {
        Machine machine = Runs.counting(1, 30, cpu -> {});
        machine.run(10);
        History history = new History(machine, every(5));
        history.goTo(30);

        assertEquals(10, history.start());
        assertThrows(IllegalArgumentException.class, () -> history.goTo(9));
        history.goTo(10);
        assertEquals(10, history.now());
        assertEquals(30, history.end());
    }

    @Test
    void goingPastTheEndStopsThere() {
        History history = new History(Runs.counting(1, 2, cpu -> {}), every(5));
        history.goTo(1000);
        assertEquals(history.end(), history.now());
        assertFalse(history.forward());
    }

    @Test
    void snapshotsStandAtTheirDistance() {
        History history = new History(Runs.counting(1, 30, cpu -> {}), every(10));
        history.goTo(35);
        history.goTo(3);
        history.goTo(35);
        assertEquals(List.of(0L, 10L, 20L, 30L), history.snapshots());
        assertEquals(20, history.snapshotAtOrBefore(29));
        assertEquals(0, history.snapshotAtOrBefore(0));
    }

    @Test
    void longHistoriesAreThinnedEvenly() {
        History history =
                new History(Runs.counting(1, 2000, cpu -> {}), new HistoryLimits(1, Long.MAX_VALUE, 64 << 20, 20));
        history.goTo(6000);

        List<Long> turns = history.snapshots();
        assertTrue(turns.size() <= 20 && turns.size() > 8, turns.toString());
        assertEquals(0, turns.get(0));
        history.goTo(3001);
        assertEquals(1001, history.machine().physicalMemory().readU64(FIRST_COUNTER));
    }

    @Test
    void historyKeepsWithinItsBytes() {
        History history =
                new History(Runs.counting(1, 500, cpu -> {}), new HistoryLimits(1, Long.MAX_VALUE, 400 << 10, 10_000));
        history.goTo(1500);

        assertTrue(history.sizeBytes() <= 400 << 10, history.sizeBytes() + " bytes");
        assertTrue(history.sizeBytes() > 100 << 10, history.sizeBytes() + " bytes");
        assertTrue(history.snapshots().size() > 4, history.snapshots().toString());
    }

    @Test
    void inputsComeAgainWhereTheyCame() {
        History history = new History(Runs.counting(1, 1000, cpu -> {}), every(7));
        history.goTo(20);
        history.apply(new Input.MemoryWrite(FIRST_COUNTER, Bytes.fromHex("6400000000000000")));
        assertEquals(100, history.machine().physicalMemory().readU64(FIRST_COUNTER));
        history.goTo(40);
        List<Object> later = look(history.machine());

        history.goTo(19);
        assertEquals(7, history.machine().physicalMemory().readU64(FIRST_COUNTER));
        history.goTo(20);
        assertEquals(100, history.machine().physicalMemory().readU64(FIRST_COUNTER));
        history.goTo(5);
        history.goTo(40);
        assertEquals(later, look(history.machine()));
    }

    @Test
    void inputInThePastMakesAnotherFuture() {
        History history = new History(Runs.counting(1, 1000, cpu -> {}), every(7));
        history.goTo(50);
        history.apply(new Input.MemoryWrite(FIRST_COUNTER, Bytes.fromHex("6400000000000000")));
        history.goTo(80);
        history.goTo(30);
        history.apply(new Input.RegisterWrite(0, 0, RegisterName.RAX + 3, RegisterValue.of(77)));

        assertEquals(30, history.end());
        assertEquals(1, history.journal().entries().size());
        history.goTo(60);
        assertEquals(20, history.machine().physicalMemory().readU64(FIRST_COUNTER));
        assertEquals(77, history.machine().vp(0).state().gpr(0, Gpr.RBX));
        history.goTo(29);
        assertEquals(0, history.machine().vp(0).state().gpr(0, Gpr.RBX));
        history.goTo(30);
        assertEquals(77, history.machine().vp(0).state().gpr(0, Gpr.RBX));
    }

    @Test
    void inputAtTheFirstMomentStays() {
        History history = new History(Runs.counting(1, 1000, cpu -> {}), every(7));
        history.apply(new Input.MemoryWrite(FIRST_COUNTER, Bytes.fromHex("6400000000000000")));
        history.goTo(10);
        history.goTo(0);
        assertEquals(100, history.machine().physicalMemory().readU64(FIRST_COUNTER));
    }

    @Test
    void journalOfOneRunMakesAnotherEqual() {
        History first = new History(Runs.counting(2, 1000, cpu -> {}), every(7));
        first.goTo(10);
        first.apply(new Input.VpChoice(1));
        first.forward();
        first.apply(new Input.VpChoice(1));
        first.goTo(20);
        first.apply(new Input.MemoryWrite(Runs.DATA + 0x200, Bytes.fromHex("05")));
        first.goTo(50);
        History second = new History(
                Runs.counting(2, 1000, cpu -> {}),
                every(3),
                new Journal(first.journal().entries()));
        second.goTo(50);

        assertEquals(look(first.machine()), look(second.machine()));
        second.goTo(15);
        first.goTo(15);
        assertEquals(look(first.machine()), look(second.machine()));
    }

    @Test
    void whatArrivesAtASerialPortIsAnInput() {
        Machine machine = Runs.machine(
                1,
                Runs.program(
                        "echo",
                        1,
                        Step.of("wait", cpu -> {
                            if ((cpu.in(Serial.COM1 + 5, 1) & 1) == 0) {
                                cpu.jumpTo("wait");
                            }
                        }),
                        Step.of("echo", cpu -> cpu.out(Serial.COM1, 1, cpu.in(Serial.COM1, 1) ^ 0x20)),
                        Step.of("again", cpu -> cpu.jumpTo("wait"))));
        History history = new History(machine, every(5));
        Serial serial = machine.ports().serial(Serial.COM1).orElseThrow();
        history.goTo(10);
        history.apply(new Input.SerialInput(Serial.COM1, Bytes.utf8("hello")));
        history.goTo(40);
        assertEquals("HELLO", serial.text().toUtf8());
        history.goTo(8);
        assertEquals("", serial.text().toUtf8());
        history.goTo(40);
        assertEquals("HELLO", serial.text().toUtf8());
    }

    @Test
    void inputsThatCannotBeAreRefusedAndLeaveNothing() {
        History history = new History(Runs.counting(1, 1000, cpu -> {}), every(7));
        history.goTo(10);
        history.goTo(5);
        for (Input input : List.of(
                new Input.MemoryWrite(0xfff_fff0L, Bytes.zeros(32)),
                new Input.MemoryWrite(-1, Bytes.zeros(32)),
                new Input.RegisterWrite(1, 0, RegisterName.RIP, RegisterValue.of(1)),
                new Input.RegisterWrite(0, 2, RegisterName.RIP, RegisterValue.of(1)),
                new Input.RegisterWrite(0, 0, 0x7777, RegisterValue.of(1)),
                new Input.SerialInput(Serial.COM3, Bytes.zeros(1)),
                new Input.VpChoice(7))) {
            assertThrows(IgvmToolException.class, () -> history.apply(input), input.toString());
        }
        assertEquals(List.of(), history.journal().entries());
        assertEquals(10, history.end());
    }

    @Test
    void haltedVpCannotBeChosen() {
        History history = new History(Runs.counting(2, 2, Cpu::halt), every(7));
        history.goTo(1000);
        IgvmToolException refused = assertThrows(IgvmToolException.class, () -> history.apply(new Input.VpChoice(1)));
        assertEquals("VP 1 cannot take a turn", refused.getMessage());
    }
}
