package dev.igvmtool.kernelstub.state;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.kernelstub.boot.CommandLine;
import dev.igvmtool.kernelstub.boot.Handoff;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.fault.ThreadGone;
import dev.igvmtool.kernelstub.fs.FileData;
import dev.igvmtool.kernelstub.fs.FileTree;
import dev.igvmtool.kernelstub.host.Host;
import dev.igvmtool.kernelstub.host.Hosts;
import dev.igvmtool.kernelstub.host.Platform;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.memory.PageAllocator;
import dev.igvmtool.kernelstub.memory.PageTables;
import dev.igvmtool.kernelstub.memory.ShiftedMemory;
import dev.igvmtool.machine.guest.Cpu;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The kernel during one step: what is kept, taken up at the start of the step and changed, and kept again by
 * {@link #commit}. An error before that leaves the record as it was.
 */
public final class Kernel {
    /** Levels of log messages. */
    public static final int EMERGENCY = 0;

    public static final int ERROR = 3;
    public static final int WARNING = 4;
    public static final int INFO = 6;
    public static final int DEBUG = 7;

    private final Cpu cpu;
    private final Memory physical;
    private final Handoff handoff;
    private final Platform platform;
    private final Host host;
    private KernelState.Layout layout;
    private final PageAllocator pages;
    /** Never changed itself: there may be thousands, and every step goes through here. */
    private List<Processor> processors;

    private final FileTree files;
    private final SortedMap<String, Long> systemTrees;
    private final SortedMap<String, String> settings;
    private Entropy entropy;
    private final ProcessTable processes;
    private final OpenFiles openFiles;

    private Kernel(Cpu cpu, KernelState state, Memory physical) {
        this.cpu = cpu;
        this.physical = physical;
        this.handoff = state.handoff();
        this.platform = state.platform();
        this.host = Hosts.of(platform, cpu, physical, () -> self().hypercallInput());
        this.layout = state.layout();
        this.pages = new PageAllocator(state.free());
        this.processors = state.processors();
        this.files = new FileTree(state.files());
        this.systemTrees = new TreeMap<>(state.systemTrees());
        this.settings = new TreeMap<>(state.settings());
        this.entropy = state.entropy();
        this.processes = new ProcessTable(state);
        this.openFiles = new OpenFiles(state);
    }

    /** The kernel in a step after it has switched to its own page tables. */
    public static Kernel resume(Cpu cpu) {
        return new Kernel(cpu, kept(cpu), new ShiftedMemory(cpu.memory(), KernelMap.DIRECT_MAP));
    }

    /** The kernel in one of its first steps, when physical memory is still identity mapped. */
    public static Kernel early(Cpu cpu) {
        return new Kernel(cpu, kept(cpu), cpu.memory());
    }

    private static KernelState kept(Cpu cpu) {
        return cpu.kept(KernelState.class)
                .orElseThrow(() -> new KernelPanic("the kernel was not entered at its entry"));
    }

    /** Keeps what was changed. */
    public void commit() {
        cpu.keep(new KernelState(
                handoff,
                platform,
                layout,
                pages.free(),
                processors,
                files.files(),
                systemTrees,
                processes.processes(),
                processes.spaces(),
                openFiles.openFiles(),
                openFiles.tables(),
                openFiles.pipes(),
                settings,
                entropy,
                new KernelState.Numbers(
                        processes.nextPid(), openFiles.nextFile(), openFiles.nextTable(), openFiles.nextPipe())));
    }

    /** The processor on which the step runs. */
    public Cpu cpu() {
        return cpu;
    }

    /** Memory by guest physical address. */
    public Memory physical() {
        return physical;
    }

    /** What the boot loader handed over. */
    public Handoff handoff() {
        return handoff;
    }

    /** How the guest is isolated. */
    public Platform platform() {
        return platform;
    }

    /** The hypervisor and the host, as this processor reaches them. */
    public Host host() {
        return host;
    }

    /** The kernel command line. */
    public CommandLine commandLine() {
        return CommandLine.parse(handoff.commandLine());
    }

    /** The flattened device tree. */
    public Bytes deviceTree() {
        return physical.readBytes(
                handoff.deviceTree().start(), (int) handoff.deviceTree().size());
    }

    /** Where the kernel has put its own things. */
    public KernelState.Layout layout() {
        return layout;
    }

    /** Changes where the kernel has put its own things. */
    public void setLayout(KernelState.Layout next) {
        layout = next;
    }

    /** Free pages. */
    public PageAllocator pages() {
        return pages;
    }

    /** A cleared page. */
    public long clearedPage() {
        long page = pages.page();
        physical.zero(page, KernelMap.PAGE);
        return page;
    }

    /** The page tables with a root. */
    public PageTables tables(long root) {
        return new PageTables(physical, pages::page, platform.addressBits(), root);
    }

    /** Page tables that map nothing yet. */
    public PageTables newTables() {
        return tables(0).fresh();
    }

    /** Loads the page tables with a root. */
    public void load(long root) {
        cpu.set(ControlRegister.CR3, tables(root).cr3());
    }

    /** All processors, by index. */
    public List<Processor> processors() {
        return processors;
    }

    /** Takes the processors of the device tree on. */
    public void setProcessors(List<Processor> all) {
        processors = List.copyOf(all);
    }

    /** Changes one processor. */
    public void put(Processor processor) {
        List<Processor> changed = new ArrayList<>(processors);
        changed.set(processor.index(), processor);
        processors = List.copyOf(changed);
    }

    /** The processor on which the step runs, found through its per-CPU data. */
    public Processor self() {
        return processors.get(area().index());
    }

    /** Per-CPU data of the processor on which the step runs; what SWAPGS would bring. */
    public CpuArea area() {
        return new CpuArea(physical, cpu.readMsr(Msr.KERNEL_GS_BASE) - KernelMap.DIRECT_MAP);
    }

    /**
     * The process that runs on this processor.
     *
     * @throws ThreadGone if another processor has ended it meanwhile
     */
    public Task current() {
        int pid = self().current();
        if (pid != 0 && processes.find(pid).filter(Task::isAlive).isEmpty()) {
            throw new ThreadGone(pid);
        }
        return processes.get(pid);
    }

    /** All files. */
    public FileTree files() {
        return files;
    }

    /** Root directories of the kernel's own file systems, by type. */
    public SortedMap<String, Long> systemTrees() {
        return systemTrees;
    }

    /** Access to the content of files. */
    public FileData data() {
        return new FileData(physical, pages);
    }

    /** All processes. */
    public ProcessTable processes() {
        return processes;
    }

    /** All open files. */
    public OpenFiles openFiles() {
        return openFiles;
    }

    /** Text of the settings by path. */
    public SortedMap<String, String> settings() {
        return settings;
    }

    /** Mixes bytes into the random pool. */
    public void mix(Bytes content) {
        entropy = entropy.mix(content);
    }

    /** Takes random bytes out. */
    public Bytes random(int count) {
        Bytes content = entropy.bytes(count);
        entropy = entropy.after(count);
        return content;
    }

    /** Nanoseconds since the kernel started. */
    public long uptime() {
        return layout.hypervisor() ? (host.readMsr(Msr.HV_TIME_REF_COUNT) - layout.bootTime()) * 100 : 0;
    }

    /** Logs a message of the kernel. */
    public void log(int level, String text) {
        log(level, level, text);
    }

    /** True if there is a console that can be reached. */
    private boolean hasConsole() {
        boolean reachable = layout.hypervisor() || !(platform instanceof Platform.Snp);
        return reachable && commandLine().console().filter("ttyS2"::equals).isPresent();
    }

    /** Prints what was logged before the console could be reached. */
    public void catchUpOnConsole() {
        if (!hasConsole()) {
            return;
        }
        KernelLog log = new KernelLog(physical, layout.log());
        long position = 0;
        for (Optional<KernelLog.Entry> entry = log.at(position); entry.isPresent(); entry = log.at(position)) {
            position = entry.get().next();
            if (entry.get().priority() % 8 < commandLine().logLevel()) {
                Console.print(
                        host,
                        entry.get().priority(),
                        entry.get().microseconds(),
                        entry.get().message());
            }
        }
    }

    /**
     * Logs a message.
     *
     * @param priority facility times 8 plus level
     */
    public void log(int priority, int level, String text) {
        long microseconds = uptime() / 1000;
        if (!layout.log().isEmpty()) {
            new KernelLog(physical, layout.log()).append(priority, microseconds, text);
        }
        if (hasConsole() && level < commandLine().logLevel()) {
            Console.print(host, priority, microseconds, text);
        }
        processes.wake(Task.Event.Log.class::isInstance);
    }
}
