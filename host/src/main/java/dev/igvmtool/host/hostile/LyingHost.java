package dev.igvmtool.host.hostile;

import dev.igvmtool.host.loader.LoadPlan;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.partition.HostConduct;
import dev.igvmtool.machine.partition.Partition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A host that tells the lies of a plan. Each lie counts the occasions on which it might have been told; whether it is
 * told depends on nothing else.
 */
public final class LyingHost implements HostConduct {
    private final List<Lie> lies;
    private final LoadPlan loaded;
    private List<Integer> occasions;
    private Consumer<MachineEvent> reports = event -> {};

    private record Told(List<Integer> occasions) {}

    /** @param loaded what stood in memory at the start */
    public LyingHost(List<Lie> lies, LoadPlan loaded) {
        this.lies = List.copyOf(lies);
        this.loaded = loaded;
        this.occasions = Collections.nCopies(lies.size(), 0);
    }

    /** Hands events to {@code sink}, one for each lie that is told. */
    public void observe(Consumer<MachineEvent> sink) {
        reports = sink;
    }

    @Override
    public Optional<HypercallAnswer> hypercall(int vp, int code) {
        for (int i = 0; i < lies.size(); i++) {
            if (lies.get(i) instanceof Lie.Hypercall it && it.code() == code && isTurn(i, it.call())) {
                report(i, it.describe());
                return Optional.of(it.answer());
            }
        }
        return Optional.empty();
    }

    @Override
    public CpuidResult cpuid(int leaf, int subleaf, CpuidResult truth) {
        CpuidResult result = truth;
        for (int i = 0; i < lies.size(); i++) {
            if (lies.get(i) instanceof Lie.Cpuid it && it.leaf() == leaf && covers(it.subleaf(), subleaf)) {
                result = new CpuidResult(
                        it.eax().orElse(result.eax()),
                        it.ebx().orElse(result.ebx()),
                        it.ecx().orElse(result.ecx()),
                        it.edx().orElse(result.edx()));
                reportFirst(i, it.describe());
            }
        }
        return result;
    }

    private static boolean covers(OptionalInt wanted, int subleaf) {
        return wanted.isEmpty() || wanted.getAsInt() == subleaf;
    }

    @Override
    public long msr(int number, long truth) {
        for (int i = 0; i < lies.size(); i++) {
            if (lies.get(i) instanceof Lie.MsrValue it && it.number() == number) {
                reportFirst(i, it.describe());
                return it.value();
            }
        }
        return truth;
    }

    @Override
    public long ghcb(long request, long truth) {
        for (int i = 0; i < lies.size(); i++) {
            if (lies.get(i) instanceof Lie.Ghcb it && it.request() == (request & 0xfff) && isTurn(i, it.call())) {
                report(i, it.describe());
                return it.answer();
            }
        }
        return truth;
    }

    @Override
    public long vmcall(long function, long truth) {
        for (int i = 0; i < lies.size(); i++) {
            if (lies.get(i) instanceof Lie.Vmcall it && it.function() == function && isTurn(i, it.call())) {
                report(i, it.describe());
                return it.status();
            }
        }
        return truth;
    }

    @Override
    public void afterStep(Partition partition, int vp, Optional<String> timelineId) {
        if (timelineId.isEmpty()) {
            return;
        }
        for (int i = 0; i < lies.size(); i++) {
            if (lies.get(i) instanceof Lie.Page it && it.after().equals(timelineId.get()) && occasions.get(i) == 0) {
                count(i);
                report(i, it.describe() + ": " + new HostPages(partition, loaded).act(it.place(), it.deed()));
            }
        }
    }

    /** Counts an occasion; true if it is the one for the lie, numbered from 1. */
    private boolean isTurn(int lie, int call) {
        count(lie);
        return call == Lie.EVERY_CALL || occasions.get(lie) == call;
    }

    private void count(int lie) {
        List<Integer> next = new ArrayList<>(occasions);
        next.set(lie, next.get(lie) + 1);
        occasions = List.copyOf(next);
    }

    private void reportFirst(int lie, String what) {
        if (occasions.get(lie) == 0) {
            count(lie);
            report(lie, what);
        }
    }

    private void report(int lie, String what) {
        reports.accept(new MachineEvent.HostStep(String.format("X%02d", lie + 1), "lie of the host", what));
    }

    @Override
    public Record save() {
        return new Told(occasions);
    }

    @Override
    public void restore(Record state) {
        occasions = ((Told) state).occasions;
    }
}
