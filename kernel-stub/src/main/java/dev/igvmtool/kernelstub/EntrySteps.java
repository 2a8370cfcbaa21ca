package dev.igvmtool.kernelstub;

import static dev.igvmtool.kernelstub.PanicSteps.step;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.kernelstub.boot.CommandLine;
import dev.igvmtool.kernelstub.boot.Handoff;
import dev.igvmtool.kernelstub.boot.MemoryMap;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.host.Detection;
import dev.igvmtool.kernelstub.host.Host;
import dev.igvmtool.kernelstub.host.Hosts;
import dev.igvmtool.kernelstub.host.Platform;
import dev.igvmtool.kernelstub.memory.AddressBits;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.memory.PageTables;
import dev.igvmtool.kernelstub.state.Console;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.KernelLog;
import dev.igvmtool.kernelstub.state.KernelState;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.guest.Step;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * From the boot loader's jump to the kernel's own page tables. RBX has the address of the zero page until it is read. Memory
 * for the first tables is free RAM that the boot loader's tables happen to map.
 */
final class EntrySteps {
    private static final long EFER_SCE = 1;
    private static final long EFER_NXE = 1 << 11;
    private static final long KERNEL_DATA =
            PageTableEntry.PRESENT | PageTableEntry.WRITABLE | PageTableEntry.NO_EXECUTE;
    /** Enough for the first tables and the log: 2 MiB. */
    private static final long EARLY_BYTES = 0x20_0000;

    private EntrySteps() {}

    static List<Step> steps() {
        return List.of(
                step("entry", EntrySteps::entry),
                step("K01", "check-zero-page", EntrySteps::checkZeroPage),
                step("log-buffer", EntrySteps::logBuffer),
                step("map-memory", EntrySteps::mapMemory),
                step("map-text", EntrySteps::mapText),
                step("switch-page-tables", EntrySteps::switchTables),
                step("jump-to-link-address", EntrySteps::jumpHigh),
                step("drop-identity-map", EntrySteps::dropIdentity),
                step("take-memory", EntrySteps::takeMemory));
    }

    /** True once the kernel's page tables are loaded. */
    static boolean hasOwnTables(Cpu cpu) {
        return cpu.kept(KernelState.class)
                .filter(state -> state.layout().cr3() != 0 && cpu.rip() < 0)
                .isPresent();
    }

    private static void entry(Cpu cpu) {
        cpu.disableInterrupts();
        cpu.set(Gpr.RBX, cpu.get(Gpr.RSI));
        enableFeatures(cpu);
    }

    /** What the kernel's page tables and system calls need. */
    static void enableFeatures(Cpu cpu) {
        cpu.writeMsr(Msr.EFER, cpu.readMsr(Msr.EFER) | EFER_SCE | EFER_NXE);
    }

    private static void checkZeroPage(Cpu cpu) {
        Handoff handoff = Handoff.read(cpu.memory(), cpu.get(Gpr.RBX));
        Platform platform = Detection.detect(cpu, cpu.memory(), handoff.ccBlob());
        cpu.keep(KernelState.initial(handoff, platform, earlyMemory(cpu, handoff, platform.addressBits())));
    }

    private static void logBuffer(Cpu cpu) {
        Kernel kernel = Kernel.early(cpu);
        GpaRange buffer = kernel.pages().pages(KernelLog.SIZE / KernelMap.PAGE);
        new KernelLog(kernel.physical(), buffer).clear();
        kernel.setLayout(kernel.layout().withLog(buffer));
        kernel.log(Kernel.INFO, "Linux version 6.6.0 (kernel-stub)");
        kernel.log(Kernel.INFO, "Command line: " + kernel.handoff().commandLine());
        kernel.commit();
    }

    /** All RAM at the direct map. */
    private static void mapMemory(Cpu cpu) {
        Kernel kernel = Kernel.early(cpu);
        PageTables tables = kernel.newTables();
        for (GpaRange ram : kernel.handoff().memoryMap().ram()) {
            long start = ram.start() + KernelMap.PAGE - 1 & -KernelMap.PAGE;
            long end = ram.end() & -KernelMap.PAGE;
            if (start < end) {
                tables.map(KernelMap.direct(start), start, end - start, KERNEL_DATA);
            }
        }
        tables.reserve(KernelMap.window(0, true));
        kernel.setLayout(kernel.layout().withCr3(tables.root()));
        kernel.commit();
    }

    /** The slots at their place in the upper half, and for the switch once more where they are. */
    private static void mapText(Cpu cpu) {
        Kernel kernel = Kernel.early(cpu);
        PageTables tables = kernel.tables(kernel.layout().cr3());
        GpaRange text = text(cpu);
        tables.map(KernelMap.TEXT, text.start(), text.size(), PageTableEntry.PRESENT);
        tables.map(text.start(), text.start(), text.size(), PageTableEntry.PRESENT);
        kernel.commit();
    }

    private static void switchTables(Cpu cpu) {
        Kernel kernel = Kernel.early(cpu);
        kernel.load(kernel.layout().cr3());
    }

    private static void jumpHigh(Cpu cpu) {
        cpu.jump(cpu.rip() - text(cpu).start() + KernelMap.TEXT);
    }

    private static void dropIdentity(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        dropIdentity(kernel);
        kernel.commit();
    }

    /** Takes away what is mapped where it is, now that the processor runs in the upper half. */
    static void dropIdentity(Kernel kernel) {
        PageTables tables = kernel.tables(kernel.layout().cr3());
        tables.visitUser((gva, entryGpa, leaf) -> kernel.physical().writeU64(entryGpa, 0));
        tables.releaseUserTables(page -> kernel.pages().release(GpaRange.ofSize(page, KernelMap.PAGE)));
        kernel.load(tables.root());
    }

    /** All RAM that nobody uses, now that all of it is mapped; what the boot loader used for itself is free too. */
    private static void takeMemory(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        MemoryMap map = kernel.handoff().memoryMap();
        List<GpaRange> occupied = new ArrayList<>(kernel.handoff().occupied());
        occupied.addAll(kernel.layout().early());
        occupied.add(GpaRange.ofSize(
                kernel.tables(kernel.layout().cr3())
                        .lookup(KernelMap.TEXT)
                        .orElseThrow()
                        .gpa(KernelMap.TEXT),
                text(cpu).size()));
        map.free(occupied).forEach(kernel.pages()::release);
        long total = map.ram().stream().mapToLong(GpaRange::size).sum();
        kernel.log(
                Kernel.INFO,
                String.format("Memory: %dK/%dK available", kernel.pages().freeBytes() / 1024, total / 1024));
        kernel.commit();
    }

    /** Pages with the slots and constants of this program, where it runs now. */
    static GpaRange text(Cpu cpu) {
        long start = cpu.origin() & -KernelMap.PAGE;
        return GpaRange.ofSize(start, KernelMap.pages(cpu.constants() - start + BuiltInFiles.sizeBytes(cpu)));
    }

    /** Free RAM that the boot loader's tables map where it is, apart from what these tables need to work. */
    private static List<GpaRange> earlyMemory(Cpu cpu, Handoff handoff, AddressBits bits) {
        PageTables loaderTables = new PageTables(
                cpu.memory(),
                () -> {
                    throw new AssertionError("the boot loader's tables are not changed");
                },
                bits,
                bits.strip(cpu.get(ControlRegister.CR3) & PageTableEntry.ADDRESS_MASK));
        List<GpaRange> occupied = new ArrayList<>(handoff.occupied());
        occupied.add(text(cpu));
        loaderTables.tables().forEach(table -> occupied.add(GpaRange.ofSize(table, KernelMap.PAGE)));
        occupied.add(GpaRange.ofSize(cpu.gdtr().base() & -KernelMap.PAGE, KernelMap.PAGE));
        occupied.add(GpaRange.ofSize(cpu.get(Gpr.RSP) - 1 & -KernelMap.PAGE, KernelMap.PAGE));
        List<GpaRange> early = new ArrayList<>();
        long found = 0;
        for (GpaRange range : handoff.memoryMap().free(occupied)) {
            for (long at = range.start(); at < range.end() && found < EARLY_BYTES; ) {
                Optional<PageTables.Leaf> leaf = loaderTables.lookup(at);
                long next = (at & -KernelMap.LARGE_PAGE) + KernelMap.LARGE_PAGE;
                if (leaf.isPresent()) {
                    next = (at & -leaf.get().sizeBytes()) + leaf.get().sizeBytes();
                }
                long end = Math.min(Math.min(next, range.end()), at + EARLY_BYTES - found);
                if (leaf.isPresent()
                        && leaf.get().gpa(at) == at
                        && leaf.get().entry().has(PageTableEntry.WRITABLE)
                        && !leaf.get().entry().has(PageTables.SHARED)) {
                    add(early, new GpaRange(at, end));
                    found += end - at;
                }
                at = Math.min(next, range.end());
            }
        }
        if (early.isEmpty()) {
            throw new KernelPanic("no free RAM is mapped by the boot loader's page tables");
        }
        return early;
    }

    private static void add(List<GpaRange> ranges, GpaRange range) {
        int last = ranges.size() - 1;
        if (last >= 0 && ranges.get(last).end() == range.start()) {
            ranges.set(last, new GpaRange(ranges.get(last).start(), range.end()));
        } else {
            ranges.add(range);
        }
    }

    /** A message before there is a log: to the console, if the command line can be read and wants that. */
    static void earlyMessage(Cpu cpu, String text) {
        try {
            BootParams params = cpu.memory().read(BootParams.CODEC, cpu.get(Gpr.RBX));
            byte[] line = new byte[Handoff.MAX_COMMAND_LINE];
            int size = 0;
            for (int c = -1; c != 0 && size < line.length; size++) {
                c = cpu.memory().readU8(params.cmdLinePtr() + size);
                line[size] = (byte) c;
            }
            String options = new String(line, 0, size, StandardCharsets.UTF_8);
            if (CommandLine.parse(options).console().filter("ttyS2"::equals).isPresent()) {
                // Isolated guests would need more than there is yet; for them the access fails.
                Host host = Hosts.of(new Platform.Open(), cpu, cpu.memory(), () -> 0);
                Console.print(host, Kernel.EMERGENCY, 0, text);
            }
        } catch (GuestException e) {
            // The zero page or the command line is not there; the crash registers still tell the host.
            return;
        }
    }
}
