package dev.igvmtool.kernelstub.state;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.kernelstub.boot.Handoff;
import dev.igvmtool.kernelstub.fs.Files;
import dev.igvmtool.kernelstub.host.Platform;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the kernel remembers between steps.
 *
 * @param handoff what the boot loader handed over
 * @param platform how the guest is isolated
 * @param layout where the kernel has put its own things
 * @param free free pages
 * @param processors by index
 * @param files all files
 * @param systemTrees root directories of the kernel's own file systems, by type
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
        Platform platform,
        Layout layout,
        List<GpaRange> free,
        List<Processor> processors,
        Files files,
        SortedMap<String, Long> systemTrees,
        SortedMap<Integer, Task> processes,
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
     * @param early RAM that was used before all of it was mapped
     * @param cr3 kernel page tables, whose upper half all processes share
     * @param log log buffer
     * @param interruptTable interrupt descriptor table, one page for all processors
     * @param hypercallPage overlay of the hypercall page, 0 without a hypervisor interface
     * @param vtlReturn offset of the VTL return sequence in the hypercall page
     * @param messagePage message page of the boot processor, 0 where the hypervisor sends none
     * @param sidecar sidecar nodes of the device tree, in its order
     * @param hypervisor true once the hypervisor knows this kernel: it can be asked from then on
     * @param bootTime reference time at the kernel's start, 100 ns units
     */
    public record Layout(
            List<GpaRange> early,
            long cr3,
            GpaRange log,
            long interruptTable,
            long hypercallPage,
            int vtlReturn,
            long messagePage,
            List<BootTree.SidecarNode> sidecar,
            boolean hypervisor,
            long bootTime) {
        /** Nothing but early memory. */
        public Layout(List<GpaRange> early) {
            this(early, 0, new GpaRange(0, 0), 0, 0, 0, 0, List.of(), false, 0);
        }

        public Layout {
            early = List.copyOf(early);
            sidecar = List.copyOf(sidecar);
        }

        /** The same with a log buffer. */
        public Layout withLog(GpaRange buffer) {
            return new Layout(
                    early,
                    cr3,
                    buffer,
                    interruptTable,
                    hypercallPage,
                    vtlReturn,
                    messagePage,
                    sidecar,
                    hypervisor,
                    bootTime);
        }

        /** The same with page tables. */
        public Layout withCr3(long root) {
            return new Layout(
                    early,
                    root,
                    log,
                    interruptTable,
                    hypercallPage,
                    vtlReturn,
                    messagePage,
                    sidecar,
                    hypervisor,
                    bootTime);
        }

        /** The same with an interrupt descriptor table. */
        public Layout withInterruptTable(long page) {
            return new Layout(
                    early, cr3, log, page, hypercallPage, vtlReturn, messagePage, sidecar, hypervisor, bootTime);
        }

        /** The same with a hypercall page. */
        public Layout withHypercallPage(long page) {
            return new Layout(
                    early, cr3, log, interruptTable, page, vtlReturn, messagePage, sidecar, hypervisor, bootTime);
        }

        /** The same with a hypervisor that can be asked. */
        public Layout withHypervisor(long time) {
            return new Layout(
                    early, cr3, log, interruptTable, hypercallPage, vtlReturn, messagePage, sidecar, true, time);
        }

        /** The same with a message page. */
        public Layout withMessagePage(long page) {
            return new Layout(
                    early, cr3, log, interruptTable, hypercallPage, vtlReturn, page, sidecar, hypervisor, bootTime);
        }

        /** The same with sidecar nodes. */
        public Layout withSidecar(List<BootTree.SidecarNode> nodes) {
            return new Layout(
                    early,
                    cr3,
                    log,
                    interruptTable,
                    hypercallPage,
                    vtlReturn,
                    messagePage,
                    nodes,
                    hypervisor,
                    bootTime);
        }

        /** The same with the place of the VTL return sequence. */
        public Layout withVtlReturn(int offset) {
            return new Layout(
                    early, cr3, log, interruptTable, hypercallPage, offset, messagePage, sidecar, hypervisor, bootTime);
        }
    }

    /** Numbers to give out next. */
    public record Numbers(int pid, int openFile, int table, int pipe) {}

    public KernelState {
        free = List.copyOf(free);
        processors = List.copyOf(processors);
        systemTrees = Collections.unmodifiableSortedMap(new TreeMap<>(systemTrees));
        processes = Collections.unmodifiableSortedMap(new TreeMap<>(processes));
        spaces = Collections.unmodifiableSortedMap(new TreeMap<>(spaces));
        openFiles = Collections.unmodifiableSortedMap(new TreeMap<>(openFiles));
        descriptorTables = Collections.unmodifiableSortedMap(new TreeMap<>(descriptorTables));
        pipes = Collections.unmodifiableSortedMap(new TreeMap<>(pipes));
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    }

    /** The first state: nothing but what was found at the entry. */
    public static KernelState initial(Handoff handoff, Platform platform, List<GpaRange> early) {
        return new KernelState(
                handoff,
                platform,
                new Layout(early),
                early,
                List.of(),
                Files.empty(),
                new TreeMap<>(),
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
