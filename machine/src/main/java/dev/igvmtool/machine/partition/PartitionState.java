package dev.igvmtool.machine.partition;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What belongs to a partition as a whole and changes while it runs. */
public final class PartitionState {
    private static final int CRASH_REGISTERS = 6;

    /** By VTL. */
    public final long[] guestOsId;

    /** MSR 0x40000001, by VTL. */
    public final long[] hypercallPage;

    public final long[] referenceTsc;

    /** Sequence number of the reference TSC page while it is valid. */
    public int tscSequence = 1;

    /** PM timer assist register: bits 0-15 port, 16 counter of 24 bits, 17 on. */
    public long pmTimerAssist;

    private int enabledVtls;

    /** VsmPartitionConfig, by the VTL that set it. */
    public final long[] vsmPartitionConfig;

    /** Crash P0 to P4 and control, one after the other for each VTL. */
    public final long[] crash;

    /** Installed intercepts, in order. */
    public List<InstalledIntercept> intercepts = List.of();

    /** SNP: addresses of the pages that are save areas. */
    public final SortedSet<Long> saveAreas = new TreeSet<>();

    /** Private record of each program. */
    public final Map<Keeper, Record> kept = new TreeMap<>();

    /** A program in a VTL. */
    public record Keeper(int vtl, int program) implements Comparable<Keeper> {
        @Override
        public int compareTo(Keeper other) {
            return vtl != other.vtl ? Integer.compare(vtl, other.vtl) : Integer.compare(program, other.program);
        }
    }

    /**
     * An intercept that a VTL has installed for the VTLs below it.
     *
     * @param access mask of {@link dev.igvmtool.abi.hv.InterceptType}
     */
    public record InstalledIntercept(int vtl, int type, int access, long parameter) {}

    PartitionState(int vtls, int enabledVtls) {
        this.enabledVtls = enabledVtls;
        guestOsId = new long[vtls];
        hypercallPage = new long[vtls];
        referenceTsc = new long[vtls];
        vsmPartitionConfig = new long[vtls];
        crash = new long[vtls * CRASH_REGISTERS];
    }

    /** Private record of a program, in the highest VTL where it keeps one. */
    public Optional<Record> keptBy(int program) {
        return kept.entrySet().stream()
                .filter(entry -> entry.getKey().program == program)
                .reduce((lower, higher) -> higher)
                .map(Map.Entry::getValue);
    }

    /** Forgets what a VTL said of itself, and the private records of programs that ran in it. */
    void withdrawVtl(int vtl) {
        referenceTsc[vtl] = 0;
        vsmPartitionConfig[vtl] = 0;
        Arrays.fill(crash, crashIndex(vtl, 0), crashIndex(vtl + 1, 0), 0);
        kept.keySet().removeIf(key -> key.vtl == vtl);
    }

    /** An independent copy. */
    public PartitionState copy() {
        PartitionState copy = new PartitionState(guestOsId.length, enabledVtls);
        copy.assign(this);
        return copy;
    }

    /** Takes all values of another state. */
    public void assign(PartitionState source) {
        System.arraycopy(source.guestOsId, 0, guestOsId, 0, guestOsId.length);
        System.arraycopy(source.hypercallPage, 0, hypercallPage, 0, hypercallPage.length);
        System.arraycopy(source.referenceTsc, 0, referenceTsc, 0, referenceTsc.length);
        System.arraycopy(source.vsmPartitionConfig, 0, vsmPartitionConfig, 0, vsmPartitionConfig.length);
        System.arraycopy(source.crash, 0, crash, 0, crash.length);
        pmTimerAssist = source.pmTimerAssist;
        tscSequence = source.tscSequence;
        enabledVtls = source.enabledVtls;
        intercepts = source.intercepts;
        saveAreas.clear();
        saveAreas.addAll(source.saveAreas);
        kept.clear();
        kept.putAll(source.kept);
    }

    /** One bit for each VTL that VPs may enable. */
    public int enabledVtls() {
        return enabledVtls;
    }

    /** True if VPs may enable the VTL. */
    public boolean isVtlEnabled(int vtl) {
        return (enabledVtls & 1 << vtl) != 0;
    }

    /** Lets VPs enable a VTL. */
    public void enableVtl(int vtl) {
        enabledVtls |= 1 << vtl;
    }

    /** Index of a crash register of a VTL: 0 to 4 for P0 to P4, 5 for control. */
    public static int crashIndex(int vtl, int register) {
        return vtl * CRASH_REGISTERS + register;
    }

    /** Installs an intercept; an access mask of 0 removes it. */
    public void install(InstalledIntercept intercept) {
        List<InstalledIntercept> changed = new ArrayList<>(intercepts);
        changed.removeIf(i -> i.vtl == intercept.vtl && i.type == intercept.type && i.parameter == intercept.parameter);
        if (intercept.access != 0) {
            changed.add(intercept);
        }
        intercepts = List.copyOf(changed);
    }
}
