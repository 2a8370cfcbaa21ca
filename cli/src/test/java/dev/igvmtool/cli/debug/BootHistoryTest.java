package dev.igvmtool.cli.debug;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.debugger.Condition;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.History;
import dev.igvmtool.debugger.HistoryLimits;
import dev.igvmtool.debugger.Stop;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.event.MachineEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The history of a whole boot with 16 VPs. */
class BootHistoryTest {
    private static final int VPS = 16;
    private static final long MOST_BYTES = 512L << 20;
    private static final long MOST_NANOS = 50_000_000;
    private static final int TRIES = 5;

    private final Debugger debugger =
            new Debugger(new History(SampleBoot.machine(VPS), HistoryLimits.DEFAULT), List.of());

    @Test
    void wholeBootTakesLittleMemoryAndStepsBackAtOnce() {
        assertEquals(Stop.Reason.IDLE, debugger.run(Long.MAX_VALUE).reason());
        long end = debugger.now().turn();
        assertTrue(end > 4000, end + " turns");
        assertTrue(
                debugger.history().sizeBytes() < MOST_BYTES, debugger.history().sizeBytes() + " bytes");

        for (long turn = end; turn > 0; turn -= 13) {
            long best = Long.MAX_VALUE;
            // Another process may have had the processor: the best of a few tries is ours.
            for (int i = 0; i < TRIES && best > MOST_NANOS; i++) {
                debugger.goTo(turn);
                long start = System.nanoTime();
                debugger.stepBack(1);
                best = Math.min(best, System.nanoTime() - start);
            }
            assertEquals(turn - 1, debugger.now().turn());
            assertTrue(best <= MOST_NANOS, best / 1_000_000 + " ms back from turn " + turn);
        }
    }

    @Test
    void bootThatWasDebuggedIsTheBootThatWasNot() {
        List<MachineEvent> plain = new ArrayList<>();
        Machine machine = SampleBoot.machine(VPS);
        machine.observe(plain::add);
        machine.run(Long.MAX_VALUE);

        debugger.runTo(new Condition.OnTimeline("C12"), Long.MAX_VALUE);
        debugger.runTo(new Condition.OnTimeline("S46"), Long.MAX_VALUE);
        debugger.runBackTo(new Condition.OnTimeline("S38"));
        debugger.whoWrote(GpaRange.ofSize(0x1000, 4096));
        debugger.stepBack(100);
        List<MachineEvent> debugged = new ArrayList<>();
        debugger.goTo(0);
        debugger.machine().observe(debugged::add);
        while (debugger.history().forward()) {
            // To the end.
        }
        assertEquals(plain.size(), debugged.size());
        assertEquals(plain, debugged);
    }
}
