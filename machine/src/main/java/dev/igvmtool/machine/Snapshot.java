package dev.igvmtool.machine;

import dev.igvmtool.machine.memory.MemorySnapshot;
import dev.igvmtool.machine.memory.PartitionMemory;
import dev.igvmtool.machine.partition.DeviceInterrupts;
import dev.igvmtool.machine.partition.PartitionState;
import dev.igvmtool.machine.partition.PartitionTime;
import dev.igvmtool.machine.synic.Connections;
import dev.igvmtool.machine.vp.VpState;
import java.util.List;

/** A machine at one moment. It shares pages and VP states that do not change with the machine and other snapshots. */
public final class Snapshot {
    /** State of one VP with a VTL or two, about. */
    private static final int VP_BYTES = 3 << 10;

    final PartitionTime.State time;
    final long turns;
    final int nextVp;
    final MemorySnapshot memory;
    final PartitionMemory.Snapshot protections;
    final PartitionState partition;
    final List<VpState> vps;
    final List<Record> ports;
    final Connections.State connections;
    final DeviceInterrupts.State deviceInterrupts;
    final Record conduct;

    Snapshot(
            PartitionTime.State time,
            long turns,
            int nextVp,
            MemorySnapshot memory,
            PartitionMemory.Snapshot protections,
            PartitionState partition,
            List<VpState> vps,
            List<Record> ports,
            Connections.State connections,
            DeviceInterrupts.State deviceInterrupts,
            Record conduct) {
        this.time = time;
        this.turns = turns;
        this.nextVp = nextVp;
        this.memory = memory;
        this.protections = protections;
        this.partition = partition;
        this.vps = vps;
        this.ports = ports;
        this.connections = connections;
        this.deviceInterrupts = deviceInterrupts;
        this.conduct = conduct;
    }

    /** Steps retired when it was taken. */
    public long steps() {
        return time.stepsRetired();
    }

    /** Turns taken when it was taken. */
    public long turns() {
        return turns;
    }

    /** Content of guest memory. */
    public MemorySnapshot memory() {
        return memory;
    }

    /** About how many bytes this takes besides what it shares with an earlier snapshot. */
    @SuppressWarnings("ReferenceEquality") // The same object is shared; an equal one is not.
    public long bytesBeyond(Snapshot earlier) {
        long bytes = memory.bytesBeyond(earlier.memory);
        for (int i = 0; i < vps.size(); i++) {
            if (vps.get(i) != earlier.vps.get(i)) {
                bytes += VP_BYTES;
            }
        }
        return bytes;
    }
}
