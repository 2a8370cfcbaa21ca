package dev.igvmtool.debugger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.debugger.Condition.Access;
import dev.igvmtool.debugger.Condition.Place;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.bus.Serial;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DebuggerTest {
    private static final long LIMIT = 100_000;
    private static final long COUNTER_1 = Runs.DATA + 0x100;
    private static final long COUNTER_2 = Runs.DATA + 0x200;

    private static String next(Debugger debugger) {
        Moment.Next next = debugger.now().next().orElseThrow();
        return "vp" + next.vp() + " "
                + next.step().map(Moment.ProgramStep::toString).orElse("code");
    }

    static List<Condition> conditions() {
        return List.of(
                new Condition.AtAddress(Runs.codeOf(1) + 32, OptionalInt.empty()),
                new Condition.AtAddress(Runs.codeOf(2), OptionalInt.of(1)),
                new Condition.AtStep("counter-2", "say", OptionalInt.empty()),
                new Condition.EntersStage("counter-2"),
                new Condition.TurnOf(2),
                new Condition.OnTimeline("T03"),
                new Condition.OnPort(Serial.COM1, Serial.COM1, Access.WRITE),
                new Condition.OnMsr(0x4000_0020, 0x4000_0020, Access.READ),
                new Condition.OnLogLine("2:7"),
                new Condition.OnEvent("VpHalted"),
                new Condition.OnMemory(Place.physical(COUNTER_2 + 3, 1), Access.WRITE),
                new Condition.OnMemory(Place.virtual(COUNTER_1, 8), Access.READ),
                new Condition.OnMemory(Place.virtual(Runs.WINDOW + COUNTER_1, 8), Access.ANY));
    }

    /** Wherever a condition holds going forward, it holds going back, and the other way round. */
    @ParameterizedTest
    @MethodSource("conditions")
    void conditionsHoldAtTheSameTurnsInBothDirections(Condition condition) {
        Debugger debugger = Runs.debugger(Runs.counting(3, 12, cpu -> {
            cpu.readMsr(0x4000_0020);
            cpu.memory().writeU64(Runs.WINDOW + COUNTER_1, 99);
        }));
        debugger.breakpoints().add(condition);
        List<Long> forward = new ArrayList<>();
        Stop stop = debugger.run(LIMIT);
        while (stop.reason() == Stop.Reason.HIT) {
            forward.add(0, stop.hits().get(0).turn());
            assertEquals(
                    stop.moment().turn() - (condition.isBeforeTurn() ? 0 : 1),
                    stop.hits().get(0).turn());
            stop = debugger.run(LIMIT);
        }
        assertEquals(Stop.Reason.IDLE, stop.reason());
        assertTrue(!forward.isEmpty(), "never");

        List<Long> backward = new ArrayList<>();
        stop = debugger.runBack();
        while (stop.reason() == Stop.Reason.HIT) {
            assertEquals(stop.moment().turn(), stop.hits().get(0).turn());
            backward.add(stop.hits().get(0).turn());
            stop = debugger.runBack();
        }
        assertEquals(Stop.Reason.START, stop.reason());
        assertEquals(0, debugger.now().turn());
        // A forward run never stops at the moment from which it starts.
        backward.removeIf(turn -> turn == 0 && condition.isBeforeTurn());
        assertEquals(forward, backward);
    }

    @Test
    void stepsInBothDirections() {
        Debugger debugger = Runs.debugger(Runs.counting(2, 12, cpu -> {}));
        assertEquals("vp0 counter-1/count (T01)", next(debugger));
        debugger.step(1);
        assertEquals("vp1 counter-2/count (T02)", next(debugger));
        debugger.step(2);
        assertEquals("vp1 counter-2/say", next(debugger));
        assertEquals(3, debugger.now().steps());
        debugger.stepBack(2);
        assertEquals("vp1 counter-2/count (T02)", next(debugger));
        assertEquals(Stop.Reason.DONE, debugger.stepBack(10).reason());
        assertEquals(Stop.Reason.START, debugger.stepBack(1).reason());
        assertEquals(0, debugger.now().turn());
    }

    @Test
    void vpsAreSteppedSeparately() {
        Debugger debugger = Runs.debugger(Runs.counting(3, 12, cpu -> {}));
        debugger.stepVp(1);
        assertEquals(2, debugger.now().turn());
        debugger.stepVp(1);
        assertEquals(5, debugger.now().turn());
        debugger.stepVp(0);
        assertEquals(7, debugger.now().turn());
        debugger.stepBackVp(1);
        assertEquals(4, debugger.now().turn());
        assertEquals("vp1 counter-2/say", next(debugger));
    }

    @Test
    void vpStepsAloneWhileTheOthersStandStill() {
        Debugger debugger = Runs.debugger(Runs.counting(3, 12, cpu -> {}));
        debugger.stepAlone(2);
        debugger.stepAlone(2);
        debugger.stepAlone(2);

        assertEquals(1, debugger.machine().physicalMemory().readU64(Runs.DATA + 0x300));
        assertEquals(0, debugger.machine().physicalMemory().readU64(COUNTER_1));
        debugger.step(1);
        debugger.stepBack(1);
        assertEquals(3, debugger.now().turn());
        assertEquals("vp0 counter-1/count (T01)", next(debugger));
        assertEquals(1, debugger.machine().physicalMemory().readU64(Runs.DATA + 0x300));
    }

    @Test
    void stepOverGoesPastAStage() {
        Machine machine = Runs.machine(
                1,
                Runs.program("caller", 1, Step.of("call", cpu -> cpu.call(Runs.codeOf(2))), Step.of("done", Cpu::halt)),
                Runs.program("callee", 2, Step.of("one", cpu -> {}), Step.of("two", Cpu::ret)));
        Debugger debugger = Runs.debugger(machine);
        debugger.runTo(new Condition.EntersStage("callee"), LIMIT);
        assertEquals("vp0 callee/one", next(debugger));
        assertEquals(Stop.Reason.DONE, debugger.stepOverStage().reason());
        assertEquals("vp0 caller/done", next(debugger));
        assertEquals(Stop.Reason.IDLE, debugger.stepOverStage().reason());
        assertEquals(Stop.Reason.IDLE, debugger.stepOverStage().reason());
    }

    @Test
    void writeIsToldWithFormerAndPresentContent() {
        Debugger debugger = Runs.debugger(Runs.counting(2, 12, cpu -> {}));
        Condition watch = new Condition.OnMemory(Place.physical(COUNTER_2, 2).named("counter"), Access.WRITE);
        debugger.step(10);
        Stop stop = debugger.runTo(watch, LIMIT);

        assertEquals(
                "write of counter at GPA 0x200200, GVA 0x200200: 0200 -> 0300",
                stop.hits().get(0).detail());
        assertEquals(1, stop.hits().get(0).vp());
        stop = debugger.runBackTo(watch);
        assertEquals(
                "write of counter at GPA 0x200200, GVA 0x200200: 0200 -> 0300",
                stop.hits().get(0).detail());
        assertEquals("vp1 counter-2/count (T02)", next(debugger));
        assertEquals(2, debugger.machine().physicalMemory().readU64(COUNTER_2));
    }

    @Test
    void breakpointsCanBeSwitchedOffAndDeleted() {
        Debugger debugger = Runs.debugger(Runs.counting(1, 12, cpu -> {}));
        Breakpoint first = debugger.breakpoints().add(new Condition.OnTimeline("T01"));
        Breakpoint second = debugger.breakpoints().add(new Condition.OnLogLine("1:5"));
        assertTrue(debugger.breakpoints().enable(first.id(), false));
        Stop stop = debugger.run(LIMIT);
        assertEquals("serial: 1:5", stop.hits().get(0).detail());
        assertEquals(
                second,
                debugger.breakpoints().of(stop.hits().get(0).condition()).orElseThrow());
        assertTrue(debugger.breakpoints().delete(second.id()));
        assertTrue(!debugger.breakpoints().delete(second.id()));
        assertTrue(!debugger.breakpoints().enable(second.id(), true));
        assertEquals(Stop.Reason.IDLE, debugger.run(LIMIT).reason());
        assertEquals(3, debugger.breakpoints().add(new Condition.TurnOf(0)).id());
    }

    @Test
    void runsStopAtTheirLimitAndWhenPaused() {
        Debugger debugger = Runs.debugger(Runs.counting(1, 1 << 30, cpu -> {}));
        assertEquals(Stop.Reason.LIMIT, debugger.run(100).reason());
        debugger.pause();
        assertEquals(Stop.Reason.PAUSED, debugger.run(100).reason());
        assertEquals(100, debugger.now().turn());
        debugger.pause();
        assertEquals(
                Stop.Reason.PAUSED,
                debugger.runBackTo(new Condition.OnEvent("Fault")).reason());
        assertEquals(100, debugger.now().turn());
        debugger.pause();
        debugger.forgetPause();
        assertEquals(Stop.Reason.LIMIT, debugger.run(100).reason());
    }

    @Test
    void vpThatStopsIsNamed() {
        Debugger debugger = Runs.debugger(Runs.counting(1, 2, cpu -> cpu.jump(0x30_0000)));
        Stop stop = debugger.run(LIMIT);
        assertEquals(Stop.Reason.VP_STOPPED, stop.reason());
        assertTrue(stop.detail().startsWith("VP 0: triple fault"), stop.detail());
    }

    @Test
    void breakpointsChangeNothingOfTheRun() {
        Machine plain = Runs.counting(3, 20, cpu -> {});
        plain.run(LIMIT);
        Debugger debugger = Runs.debugger(Runs.counting(3, 20, cpu -> {}));
        conditions().forEach(debugger.breakpoints()::add);
        while (debugger.run(LIMIT).reason() == Stop.Reason.HIT) {
            long here = debugger.now().turn();
            debugger.runBack();
            debugger.whoWrote(GpaRange.ofSize(COUNTER_1, 16));
            debugger.goTo(here);
        }
        assertEquals(plain.turns(), debugger.now().turn());
        assertEquals(
                plain.snapshot().memory().content().readBytes(0, 4 << 20),
                debugger.machine().physicalMemory().readBytes(0, 4 << 20));
        assertEquals(Runs.serial(plain).text(), debugger.logs().get(0).text());
    }

    @Test
    void writersAreFoundByteForByte() {
        Machine machine = Runs.machine(
                1,
                Runs.program(
                        "writer",
                        1,
                        Step.of("W1", "wide", cpu -> cpu.memory().writeU64(Runs.DATA, -1)),
                        Step.of("narrow", cpu -> {
                            cpu.memory().writeU8(Runs.WINDOW + Runs.DATA + 2, 1);
                            cpu.memory().writeU8(Runs.WINDOW + Runs.DATA + 3, 2);
                        }),
                        Step.of("halt", Cpu::halt)));
        Debugger debugger = Runs.debugger(machine);
        debugger.step(2);
        debugger.apply(new Input.MemoryWrite(Runs.DATA + 5, Bytes.fromHex("77")));
        debugger.run(LIMIT);
        List<String> found = debugger.whoWrote(GpaRange.ofSize(Runs.DATA - 4, 16)).stream()
                .map(writer -> String.format(
                        "%s %s turn %d %s %s",
                        writer.range(),
                        writer.kind(),
                        writer.turn(),
                        writer.step().map(Moment.ProgramStep::toString).orElse("-"),
                        writer.gva().isPresent() ? Long.toHexString(writer.gva().getAsLong()) : "-"))
                .toList();

        assertEquals(
                List.of(
                        "0x1ffffc-0x200000 LOAD turn 0 - -",
                        "0x200000-0x200002 PROGRAM turn 0 writer/wide (W1) 200000",
                        "0x200002-0x200004 PROGRAM turn 1 writer/narrow 40200002",
                        "0x200004-0x200005 PROGRAM turn 0 writer/wide (W1) 200004",
                        "0x200005-0x200006 INPUT turn 2 - -",
                        "0x200006-0x200008 PROGRAM turn 0 writer/wide (W1) 200006",
                        "0x200008-0x20000c LOAD turn 0 - -"),
                found);
        debugger.goTo(1);
        assertEquals(1, debugger.whoWrote(GpaRange.ofSize(Runs.DATA, 8)).size());
        assertEquals(1, debugger.now().turn());
    }

    @Test
    void bitsThatAWalkSetsAreTheHypervisorsWrites() {
        Debugger debugger = Runs.debugger(Runs.counting(1, 2, cpu -> {}));
        // The entry of the 2 MiB page that holds the counters has its accessed and dirty bits set already; this one
        // not.
        debugger.apply(new Input.MemoryWrite(0x3008, Bytes.fromHex("8700200000000000")));
        debugger.run(LIMIT);
        List<Writer> writers = debugger.whoWrote(GpaRange.ofSize(0x3008, 8));
        assertEquals(Writer.Kind.HYPERVISOR, writers.get(0).kind());
        assertEquals(
                "counter-1/count (T01)", writers.get(0).step().orElseThrow().toString());
    }
}
