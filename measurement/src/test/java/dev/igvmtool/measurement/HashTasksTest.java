package dev.igvmtool.measurement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HashTasksTest {
    @Test
    void runsEachTaskOnce() {
        int[] runs = new int[1000];
        int[] expected = new int[runs.length];
        List<Runnable> tasks = new ArrayList<>();
        for (int i = 0; i < runs.length; i++) {
            int index = i;
            expected[i] = 1;
            tasks.add(() -> runs[index]++);
        }
        HashTasks.run(tasks);
        assertArrayEquals(expected, runs);
    }

    @Test
    void doesNothingWithoutTasks() {
        HashTasks.run(List.of());
    }

    @Test
    void throwsWhatTheFirstFailedTaskOfTheListThrewAfterAllHaveRun() {
        List<Runnable> tasks = new ArrayList<>();
        int[] ran = new int[64];
        for (int i = 0; i < ran.length; i++) {
            int index = i;
            tasks.add(() -> {
                ran[index] = 1;
                if (index % 10 == 7) {
                    throw new IllegalStateException("task " + index);
                }
            });
        }
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> HashTasks.run(tasks));
        assertEquals("task 7", e.getMessage());
        for (int one : ran) {
            assertEquals(1, one);
        }
    }

    @Test
    void throwsErrorsToo() {
        List<Runnable> tasks = List.of(() -> {}, () -> {
            throw new AssertionError("of a task");
        });
        assertThrows(AssertionError.class, () -> HashTasks.run(tasks));
    }

    @Test
    void finishesAndKeepsTheInterruptOfAnInterruptedCaller() {
        int[] runs = new int[8];
        List<Runnable> tasks = new ArrayList<>();
        for (int i = 0; i < runs.length; i++) {
            int index = i;
            tasks.add(() -> runs[index] = 1);
        }
        Thread.currentThread().interrupt();
        HashTasks.run(tasks);
        assertTrue(Thread.interrupted());
        for (int one : runs) {
            assertEquals(1, one);
        }
    }
}
