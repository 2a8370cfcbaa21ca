package dev.igvmtool.machine.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.machine.bus.StepClock;
import org.junit.jupiter.api.Test;

class PartitionTimeTest {
    private static long timeAfter(int... vps) {
        PartitionTime time = new PartitionTime(new StepClock(1, 1));
        for (int vp : vps) {
            time.countStep(vp);
        }
        assertEquals(vps.length, time.stepsRetired());
        return time.referenceTime();
    }

    @Test
    void everyStepOfASingleVpTakesTime() {
        assertEquals(0, timeAfter());
        assertEquals(4, timeAfter(0, 0, 0, 0));
    }

    @Test
    void stepsOfDifferentVpsAreAtTheSameTime() {
        assertEquals(1, timeAfter(0, 1, 2, 7));
        assertEquals(3, timeAfter(0, 1, 2, 0, 2, 1), "VP 1 comes after VP 2, so in the next round");
        assertEquals(2, timeAfter(0, 0, 5));
    }

    @Test
    void aStateKeepsTheRound() {
        PartitionTime time = new PartitionTime(new StepClock(1, 1));
        time.countStep(0);
        time.countStep(1);
        PartitionTime.State state = time.save();
        time.countStep(1);
        assertEquals(2, time.referenceTime());
        time.restore(state);
        time.countStep(2);
        assertEquals(1, time.referenceTime());
    }
}
