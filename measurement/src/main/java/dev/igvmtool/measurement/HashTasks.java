package dev.igvmtool.measurement;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Tasks that do not depend on each other, on all cores. */
public final class HashTasks {
    private HashTasks() {}

    /**
     * Runs all tasks, each once, the first ones first, and returns when all are done. A task must write only what no
     * other task uses.
     *
     * @throws RuntimeException that of the first task in the list that failed, whichever failed first
     */
    public static void run(List<? extends Runnable> tasks) {
        AtomicInteger next = new AtomicInteger();
        AtomicReferenceArray<Throwable> failures = new AtomicReferenceArray<>(tasks.size());
        Runnable worker = () -> {
            for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement()) {
                try {
                    tasks.get(i).run();
                } catch (RuntimeException | Error e) {
                    failures.set(i, e);
                }
            }
        };
        List<Thread> threads = new ArrayList<>();
        int workers = Math.min(tasks.size(), Runtime.getRuntime().availableProcessors());
        for (int i = 1; i < workers; i++) {
            Thread thread = new Thread(worker, "hash-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        worker.run();
        threads.forEach(HashTasks::join);
        for (int i = 0; i < tasks.size(); i++) {
            if (failures.get(i) instanceof Error error) {
                throw error;
            }
            if (failures.get(i) instanceof RuntimeException exception) {
                throw exception;
            }
        }
    }

    /** Waits to the end: results are used afterwards. An interrupt is kept for who asks for it. */
    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
