package dev.igvmtool.machine;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.guest.Step;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.PartitionConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Small machines for tests: 16 MiB of RAM, identity page tables for 4 GiB, a GDT, and one program per address. */
public final class TestMachines {
    public static final long MIB = 1 << 20;
    public static final long RAM_BYTES = 16 * MIB;
    public static final long PAGE_TABLES = 0x1000;
    public static final long GDT = 0x8000;
    public static final long IDT = 0x9000;
    public static final long TSS = 0xa000;
    public static final long STACK_TOP = 0x2_0000;
    public static final long HYPERCALL_PAGE = 0x3_0000;
    public static final long INPUT_PAGE = 0x3_1000;
    public static final long OUTPUT_PAGE = 0x3_2000;

    /** SNP: set in page tables for private memory. */
    public static final long C_BIT = 1L << 51;

    private TestMachines() {}

    /** A program of the given actions; steps are named {@code s0}, {@code s1}, ... */
    public static Program program(int number, Step.Action... actions) {
        List<Step> steps = IntStream.range(0, actions.length)
                .mapToObj(i -> Step.of("s" + i, actions[i]))
                .toList();
        return new Listed(number, steps);
    }

    private record Listed(int number, List<Step> steps) implements Program {
        @Override
        public String name() {
            return "program-" + number;
        }

        @Override
        public ImageLayout layout() {
            return new ImageLayout(0, 0, 0x1000, 0x2000);
        }
    }

    /** One more VP or other features than usual. */
    public static PartitionConfig.Builder config() {
        return PartitionConfig.builder().ram(List.of(new GpaRange(0, RAM_BYTES)));
    }

    /** A machine with one VP that runs the actions in VTL2, at {@link #codeOf} program 1. */
    public static Machine running(Step.Action... actions) {
        return running(config().build(), program(1, actions));
    }

    /** A machine whose programs stand at {@link #codeOf}; VP 0 starts the first one in the highest VTL. */
    public static Machine running(PartitionConfig config, Program... programs) {
        Machine machine = new Machine(config, new Programs(Arrays.asList(programs)));
        PhysicalMemory memory = machine.physicalMemory();
        writeIdentityMap(memory);
        writeGdt(memory);
        for (Program program : programs) {
            memory.writeBytes(codeOf(program.number()), StageImage.slots(program));
        }
        int vtl = config.highestVtl();
        if (vtl > 0) {
            machine.vp(0).enableVtl(vtl);
        }
        machine.vp(0).start(vtl, contextAt(codeOf(programs[0].number())), 0);
        return machine;
    }

    /** Where a program stands. */
    public static long codeOf(int program) {
        return 0x10_0000L + program * 0x1000L;
    }

    /** Long mode, privilege level 0, identity map, stack, IDT. */
    public static InitialVpContext contextAt(long rip) {
        SegmentValue data = new SegmentValue(0, 0xffff_ffffL, 0x18, 0xc093);
        return new InitialVpContext(
                rip,
                STACK_TOP,
                2,
                new SegmentValue(0, 0xffff_ffffL, 0x10, 0xa09b),
                data,
                data,
                data,
                data,
                data,
                new SegmentValue(TSS, 0x67, 0x30, 0x8b),
                SegmentValue.NULL,
                new TableValue(0xfff, IDT),
                new TableValue(0x3f, GDT),
                0xd00,
                0x8000_0021L,
                PAGE_TABLES,
                0x660,
                0x0007_0406_0007_0406L);
    }

    /** 2 MiB pages for the first 4 GiB, at {@link #PAGE_TABLES}. */
    public static void writeIdentityMap(PhysicalMemory memory) {
        long pdpt = PAGE_TABLES + 0x1000;
        memory.writeU64(PAGE_TABLES, pdpt | 0x67);
        for (int i = 0; i < 4; i++) {
            long pd = PAGE_TABLES + 0x2000 + i * 0x1000L;
            memory.writeU64(pdpt + 8L * i, pd | 0x67);
            for (int j = 0; j < 512; j++) {
                memory.writeU64(pd + 8L * j, (i * 512L + j) * 0x20_0000L | 0xe7);
            }
        }
    }

    /** SNP: gives all entries of the page tables the C-bit, so that all memory is mapped as private. */
    public static void mapAllAsPrivate(PhysicalMemory memory) {
        for (long entry = PAGE_TABLES; entry < PAGE_TABLES + 0x6000; entry += Long.BYTES) {
            long value = memory.readU64(entry);
            memory.writeU64(entry, value == 0 ? 0 : value | C_BIT);
        }
    }

    /** SNP: maps the 2 MiB around an address as shared. */
    public static void mapAsShared(PhysicalMemory memory, long address) {
        long entry = PAGE_TABLES + 0x2000 + (address >>> 21) * Long.BYTES;
        memory.writeU64(entry, memory.readU64(entry) & ~C_BIT);
    }

    /** 0x10 code, 0x18 data, 0x28 user data, 0x20 user code. */
    private static void writeGdt(PhysicalMemory memory) {
        memory.writeU64(GDT + 0x10, 0x00a0_9b00_0000_ffffL);
        memory.writeU64(GDT + 0x18, 0x00c0_9300_0000_ffffL);
        memory.writeU64(GDT + 0x20, 0x00a0_fb00_0000_ffffL);
        memory.writeU64(GDT + 0x28, 0x00c0_f300_0000_ffffL);
    }

    /** An interrupt gate (0x8e) or another type, to {@code handler}. */
    public static void writeGate(PhysicalMemory memory, int vector, long handler, int typeAndFlags) {
        long low = handler & 0xffff | 0x10L << 16 | (long) typeAndFlags << 40 | (handler & 0xffff_0000L) << 32;
        memory.writeU64(IDT + vector * 16L, low);
        memory.writeU64(IDT + vector * 16L + 8, handler >>> 32);
    }

    /** A step that turns the hypercall page on. */
    public static void enableHypercalls(Cpu cpu) {
        cpu.writeMsr(0x4000_0000, 0x100_0000_0000L);
        cpu.writeMsr(0x4000_0001, HYPERCALL_PAGE | 1);
    }

    /** Does a hypercall with {@code input} from the input page; the result word. */
    public static long hypercall(Cpu cpu, long control, Bytes input) {
        cpu.memory().writeBytes(INPUT_PAGE, input);
        cpu.set(Gpr.RCX, control);
        cpu.set(Gpr.RDX, INPUT_PAGE);
        cpu.set(Gpr.R8, OUTPUT_PAGE);
        cpu.callHypercallPage(HYPERCALL_PAGE);
        return cpu.get(Gpr.RAX);
    }

    /** Sets a register of the calling VP, in a VTL given as {@link dev.igvmtool.abi.hv.TargetVtl}; the status. */
    public static int setRegister(Cpu cpu, int targetVtl, int name, long value) {
        Bytes input = new ByteWriter()
                .u64(-1)
                .u32(0xffff_fffeL)
                .u32(targetVtl)
                .u32(name)
                .zeros(12)
                .u64(value)
                .u64(0)
                .toBytes();
        return (int) hypercall(cpu, 0x1_0000_0051L, input) & 0xffff;
    }

    /** Turns the local APIC of the running VTL on, in x2APIC mode. */
    public static void enableApic(Cpu cpu) {
        cpu.writeMsr(0x1b, cpu.readMsr(0x1b) | 0xc00);
        cpu.writeMsr(0x80f, 0x1ff);
    }

    /** Collects events. */
    public static List<MachineEvent> record(Machine machine) {
        List<MachineEvent> events = new ArrayList<>();
        machine.observe(events::add);
        return events;
    }
}
