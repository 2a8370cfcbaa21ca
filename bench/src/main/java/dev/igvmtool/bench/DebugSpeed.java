package dev.igvmtool.bench;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.cli.StagePrograms;
import dev.igvmtool.cli.boot.Trace;
import dev.igvmtool.debugger.Condition;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.History;
import dev.igvmtool.debugger.HistoryLimits;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.worker.VirtualMachine;
import dev.igvmtool.machine.Machine;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/**
 * What debugging a boot costs: steps in a second with and without a trace and a history, the size of the history, and how
 * long steps back, jumps and searches take over the whole run. Times are of the processor, of the machine's thread alone.
 */
public final class DebugSpeed {
    private static final int ROUNDS = 5;
    private static final int JUMPS = 2000;

    private final IgvmFile image;
    private final int vps;

    private DebugSpeed(IgvmFile image, int vps) {
        this.image = image;
        this.vps = vps;
    }

    /**
     * Measures and prints.
     *
     * @param args an image, then numbers of VPs
     */
    public static void main(String[] args) throws IOException {
        IgvmFile image = IgvmReader.read(Bytes.wrap(Files.readAllBytes(Path.of(args[0]))));
        for (String count : Arrays.asList(args).subList(1, args.length)) {
            new DebugSpeed(image, Integer.parseInt(count)).measure();
        }
    }

    private Machine machine() {
        VmConfig config =
                VmConfig.builder().topology(vps, 1L << 30, vps > 1 ? 2 : 1).build();
        return VirtualMachine.load(image, config, StagePrograms.forMachine(), Optional.empty())
                .machine();
    }

    private void measure() throws IOException {
        System.out.printf(Locale.ROOT, "%d VPs%n", vps);
        speed("boot", machine -> machine.run(Long.MAX_VALUE));
        speed("boot with a trace", machine -> {
            try (Trace trace = new Trace(OutputStream.nullOutputStream())) {
                machine.observe(trace);
                machine.run(Long.MAX_VALUE);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        speed("boot with a history", machine -> {
            History history = new History(machine, HistoryLimits.DEFAULT);
            while (history.forward()) {
                // To the end.
            }
        });
        latencies();
    }

    private void speed(String what, Consumer<Machine> run) {
        long best = Long.MAX_VALUE;
        long steps = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Machine machine = machine();
            long start = now();
            run.accept(machine);
            best = Math.min(best, now() - start);
            steps = machine.steps();
        }
        System.out.printf(
                Locale.ROOT,
                "  %-34s %8d steps %8.1f ms %10.0f steps/s%n",
                what,
                steps,
                best / 1e6,
                steps * 1e9 / best);
    }

    private void latencies() {
        Debugger debugger = new Debugger(new History(machine(), HistoryLimits.DEFAULT), List.of());
        debugger.run(Long.MAX_VALUE);
        History history = debugger.history();
        long end = history.now();
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        System.out.printf(
                Locale.ROOT,
                "  history: %d turns, %d snapshots, %.1f MB; heap in use with all else %.1f MB of at most %.0f MB%n",
                end,
                history.snapshots().size(),
                history.sizeBytes() / 1e6,
                heap / 1e6,
                Runtime.getRuntime().maxMemory() / 1e6);

        long[] back = new long[(int) end];
        for (int i = 0; i < back.length; i++) {
            back[i] = timed(() -> debugger.stepBack(1));
        }
        print("step back, from the end to the start", back);

        Random random = new Random(1);
        long[] jumps = new long[JUMPS];
        long[] after = new long[JUMPS];
        for (int i = 0; i < JUMPS; i++) {
            long turn = 1L + random.nextInt((int) end);
            jumps[i] = timed(() -> debugger.goTo(turn));
            after[i] = timed(() -> debugger.stepBack(1));
        }
        print("jump to any moment", jumps);
        print("step back after it", after);

        debugger.goTo(end);
        long[] whole = new long[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            debugger.goTo(end);
            whole[i] = timed(() -> debugger.runBackTo(new Condition.OnTimeline("none")));
        }
        print("run back over the whole run", whole);
        for (int i = 0; i < ROUNDS; i++) {
            debugger.goTo(end);
            // The first page of the low memory, which few write: the whole run is searched.
            whole[i] = timed(() -> debugger.whoWrote(GpaRange.ofSize(0x1000, 8)));
        }
        print("who wrote what nobody wrote", whole);
    }

    private static long timed(Runnable work) {
        long start = now();
        work.run();
        return now() - start;
    }

    private static void print(String what, long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        System.out.printf(
                Locale.ROOT,
                "  %-38s median %8.2f ms  99 %% %8.2f ms  most %8.2f ms%n",
                what,
                sorted[sorted.length / 2] / 1e6,
                sorted[sorted.length * 99 / 100] / 1e6,
                sorted[sorted.length - 1] / 1e6);
    }

    private static long now() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
