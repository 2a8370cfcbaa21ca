package dev.igvmtool.machine;

import dev.igvmtool.machine.memory.MemorySnapshot;
import dev.igvmtool.machine.memory.PartitionMemory;
import dev.igvmtool.machine.partition.PartitionState;
import dev.igvmtool.machine.vp.VpState;
import java.util.List;

/** A machine at one moment. It shares pages and VP states that do not change with the machine and other snapshots. */
public final class Snapshot {
    final long steps;
    final int nextVp;
    final MemorySnapshot memory;
    final PartitionMemory.Snapshot protections;
    final PartitionState partition;
    final List<VpState> vps;
    final List<Record> devices;
    final Record clock;
    final Record conduct;

    Snapshot(
            long steps,
            int nextVp,
            MemorySnapshot memory,
            PartitionMemory.Snapshot protections,
            PartitionState partition,
            List<VpState> vps,
            List<Record> devices,
            Record clock,
            Record conduct) {
        this.steps = steps;
        this.nextVp = nextVp;
        this.memory = memory;
        this.protections = protections;
        this.partition = partition;
        this.vps = vps;
        this.devices = devices;
        this.clock = clock;
        this.conduct = conduct;
    }

    /** Steps retired when it was taken. */
    public long steps() {
        return steps;
    }
}
