package dev.igvmtool.kernelstub.state;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.kernelstub.boot.Handoff;
import dev.igvmtool.kernelstub.fs.Files;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the kernel remembers between steps.
 *
 * @param handoff what the boot loader handed over
 * @param layout where the kernel has put its own things
 * @param free free pages
 * @param processors by index
 * @param files all files
 * @param processes by thread id
 * @param spaces by root of the page tables
 * @param openFiles by number
 * @param descriptorTables open file number by descriptor, by number of the table
 * @param pipes content by number of the pipe
 * @param settings text by path of the pseudo file
 * @param entropy random pool
 * @param next number of the next process, open file, descriptor table or pipe
 */
public record KernelState(
        Handoff handoff,
        Layout layout,
        List<GpaRange> free,
        List<Processor> processors,
        Files files,
        SortedMap<Integer, Process> processes,
        SortedMap<Long, AddressSpace> spaces,
        SortedMap<Integer, OpenFile> openFiles,
        SortedMap<Integer, SortedMap<Integer, Integer>> descriptorTables,
        SortedMap<Integer, Bytes> pipes,
        SortedMap<String, String> settings,
        Entropy entropy,
        Numbers next) {
    /**
     * Where the kernel has put its own things; guest physical addresses, 0 until they exist.
     *
     * @param cr3 kernel page tables, whose upper half all processes share
     * @param log log buffer
     * @param descriptorTables GDTs are in the per-CPU areas; this page has the IDT
     * @param hypercallPage overlay of the hypercall page, 0 without a hypervisor interface
     * @param vtlReturn offset of the VTL return sequence in the hypercall page
     * @param bootTime reference time at the kernel's start, 100 ns units
     */
    public record Layout(
            long cr3, GpaRange log, long descriptorTables, long hypercallPage, int vtlReturn, long bootTime) {}

    /** Numbers to give out next. */
    public record Numbers(int pid, int openFile, int table, int pipe) {}

    public KernelState {
        free = List.copyOf(free);
        processors = List.copyOf(processors);
        processes = Collections.unmodifiableSortedMap(new TreeMap<>(processes));
        spaces = Collections.unmodifiableSortedMap(new TreeMap<>(spaces));
        openFiles = Collections.unmodifiableSortedMap(new TreeMap<>(openFiles));
        descriptorTables = Collections.unmodifiableSortedMap(new TreeMap<>(descriptorTables));
        pipes = Collections.unmodifiableSortedMap(new TreeMap<>(pipes));
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    }

    /** The first state: nothing but what was handed over. */
    public static KernelState initial(Handoff handoff, List<GpaRange> free, Layout layout) {
        return new KernelState(
                handoff,
                layout,
                free,
                List.of(),
                Files.empty(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                Entropy.initial(),
                new Numbers(1, 1, 1, 1));
    }
}
