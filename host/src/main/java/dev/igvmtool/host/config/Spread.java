package dev.igvmtool.host.config;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.IgvmToolException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Processors and memory spread over virtual NUMA nodes in equal runs; the last node takes what is left. */
final class Spread {
    private static final long PAGE = 4096;
    private static final long TWO_MIB = 2L << 20;
    private static final long FOUR_GIB = 4L << 30;

    /** APIC ids of processors that are given as a number: {@code first}, {@code first + step} and so on. */
    record ApicIds(int first, int step) {
        static final ApicIds INDEXES = new ApicIds(0, 1);
    }

    private Spread() {}

    /** @throws IgvmToolException if a node would have no processor */
    static List<Processor> processors(int count, int nodes, ApicIds ids) {
        if (nodes < 1 || count < nodes) {
            throw new IgvmToolException(
                    String.format("%d processors cannot be spread over %d nodes, expected one for each", count, nodes));
        }
        int perNode = count / nodes;
        return IntStream.range(0, count)
                .mapToObj(index -> new Processor(ids.first + index * ids.step, Math.min(index / perNode, nodes - 1)))
                .toList();
    }

    /**
     * RAM from 0 up, around the hole below 4 GiB.
     *
     * @throws IgvmToolException if a node would have less than 2 MiB, or there are odd bytes
     */
    static List<RamRange> memory(long bytes, int nodes) {
        if (nodes < 1 || bytes < nodes * TWO_MIB || bytes % PAGE != 0) {
            throw new IgvmToolException(String.format(
                    "0x%x bytes of memory cannot be spread over %d nodes, expected whole pages and 2 MiB for each",
                    bytes, nodes));
        }
        List<RamRange> ranges = new ArrayList<>();
        long hole = VmConfigBuilder.CHIPSET_LOW.start();
        long share = bytes / nodes / TWO_MIB * TWO_MIB;
        long next = 0;
        for (int node = 0; node < nodes; node++) {
            long left = node == nodes - 1 ? bytes - share * (nodes - 1) : share;
            while (left > 0) {
                long room = next < hole ? Math.min(left, hole - next) : left;
                ranges.add(new RamRange(GpaRange.ofSize(next, room), node));
                left -= room;
                next = next + room == hole ? FOUR_GIB : next + room;
            }
        }
        return ranges;
    }
}
