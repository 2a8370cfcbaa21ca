package dev.igvmtool.bench;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.Snapshot;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.guest.Step;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.PartitionConfig;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;

/**
 * How long the emulated machine takes for what it does most: steps, memory accesses, snapshots. Prints processor time for
 * each, the least of several rounds, and its ratio to a copy of a page of 4 KiB in the same run.
 */
public final class MachineSpeed {
    private static final int ROUNDS = 7;
    private static final int PAGE = 4096;
    private static final long CODE = 0x10_0000L;
    private static final long TABLES = 0x1000;
    private static final long DATA = 0x40_0000L;
    private static final long RAM = 256L << 20;
    private static final int MANY = 2048;

    private double yardstick = 1;

    private MachineSpeed() {}

    /** Measures and prints. */
    public static void main(String[] args) {
        MachineSpeed speed = new MachineSpeed();
        speed.yardstick = speed.measure("copy of a page of 4 KiB", 1 << 18, MachineSpeed::copyPages);
        speed.measure("step, one VP", 1 << 19, running(1, 1, MachineSpeed::count));
        speed.measure("step, 2048 VPs in turn", 1 << 19, running(MANY, MANY, MachineSpeed::count));
        speed.measure("step, one of 2048 VPs, the others halted", 1 << 19, running(MANY, 1, MachineSpeed::count));
        speed.measure("step with eight reads and writes of u64", 1 << 17, running(1, 1, MachineSpeed::touch));
        speed.measure("step with a CR3 write and one walk of four levels", 1 << 17, running(1, 1, MachineSpeed::walk));
        speed.measure("step that writes a page of 4 KiB", 1 << 16, running(1, 1, MachineSpeed::writePage));
        speed.measureSnapshots("snapshot after a step, one VP", 1);
        speed.measureSnapshots("snapshot after a step, 2048 VPs", MANY);
        speed.measureSnapshots("snapshot after a step of each of 2048 VPs", -MANY);
    }

    /** Something done {@code count} times. */
    private interface Work {
        void run(int count);
    }

    private double measure(String what, int count, Work work) {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            work.run(count);
            long time = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
            best = Math.min(best, (double) time / count);
        }
        System.out.printf(Locale.ROOT, "%-52s %10.0f ns %8.2f%n", what, best, best / yardstick);
        return best;
    }

    private static void copyPages(int count) {
        byte[] from = new byte[PAGE * 64];
        byte[] to = new byte[PAGE * 64];
        for (int i = 0; i < count; i++) {
            System.arraycopy(from, PAGE * (i & 63), to, PAGE * (i * 7 & 63), PAGE);
        }
    }

    private static Work running(int vps, int active, Step.Action action) {
        Machine machine = machine(vps, active, action);
        return count -> machine.run(count);
    }

    /** @param vps negative: each of so many VPs takes a step before each snapshot */
    private void measureSnapshots(String what, int vps) {
        int count = Math.abs(vps);
        Machine machine = machine(count, count, MachineSpeed::touch);
        machine.run(4L * count);
        Snapshot[] last = {machine.snapshot()};
        measure(what, vps < 0 ? 16 : 1 << 12, times -> {
            for (int i = 0; i < times; i++) {
                machine.run(vps < 0 ? count : 1);
                last[0] = machine.snapshot();
            }
        });
        if (last[0].steps() == 0) {
            throw new IllegalStateException("no step was run");
        }
    }

    private static void count(Cpu cpu) {
        cpu.set(Gpr.RAX, cpu.get(Gpr.RAX) + 1);
        cpu.jumpTo("loop");
    }

    private static void touch(Cpu cpu) {
        for (int i = 0; i < 4; i++) {
            long value = cpu.memory().readU64(DATA + i * 64L);
            cpu.memory().writeU64(DATA + i * 64L, value + 1);
        }
        cpu.jumpTo("loop");
    }

    private static void walk(Cpu cpu) {
        cpu.set(ControlRegister.CR3, TABLES | (cpu.get(Gpr.RAX) & 1) << 3);
        cpu.set(Gpr.RAX, cpu.memory().readU64(DATA) + cpu.get(Gpr.RAX) + 1);
        cpu.jumpTo("loop");
    }

    private static void writePage(Cpu cpu) {
        cpu.memory().write(DATA, new byte[PAGE], 0, PAGE);
        cpu.jumpTo("loop");
    }

    private record Loop(Step.Action action) implements Program {
        @Override
        public String name() {
            return "loop";
        }

        @Override
        public int number() {
            return 1;
        }

        @Override
        public List<Step> steps() {
            return List.of(Step.of("loop", action), Step.of("halt", Cpu::halt));
        }

        @Override
        public ImageLayout layout() {
            return new ImageLayout(0, 0, 0x1000, 0x2000);
        }
    }

    /** VPs in VTL2 in long mode, identity map; those past {@code active} halt at once. */
    private static Machine machine(int vps, int active, Step.Action action) {
        Program program = new Loop(action);
        PartitionConfig config = PartitionConfig.builder()
                .vpCount(vps)
                .ram(List.of(new GpaRange(0, RAM)))
                .build();
        Machine machine = new Machine(config, new Programs(List.of(program)));
        PhysicalMemory memory = machine.physicalMemory();
        memory.writeU64(TABLES, TABLES + 0x1000 | 0x63);
        memory.writeU64(TABLES + 0x1000, TABLES + 0x2000 | 0x63);
        memory.writeU64(TABLES + 0x2000, TABLES + 0x3000 | 0x63);
        for (int i = 1; i < 512; i++) {
            memory.writeU64(TABLES + 0x2000 + 8L * i, i * 0x20_0000L | 0xe3);
        }
        for (int i = 0; i < 512; i++) {
            memory.writeU64(TABLES + 0x3000 + 8L * i, i * (long) PAGE | 0x63);
        }
        memory.writeBytes(CODE, StageImage.slots(program));
        for (int i = 0; i < vps; i++) {
            machine.vp(i).enableVtl(2);
            machine.vp(i).start(2, context(i < active ? CODE : CODE + 16), 0);
        }
        machine.run(2L * vps);
        return machine;
    }

    private static InitialVpContext context(long rip) {
        SegmentValue data = new SegmentValue(0, 0xffff_ffffL, 0x18, 0xc093);
        return new InitialVpContext(
                rip,
                0x2_0000,
                2,
                new SegmentValue(0, 0xffff_ffffL, 0x10, 0xa09b),
                data,
                data,
                data,
                data,
                data,
                new SegmentValue(0, 0x67, 0x30, 0x8b),
                SegmentValue.NULL,
                new TableValue(0xfff, 0x9000),
                new TableValue(0x3f, 0x8000),
                0xd00,
                0x8000_0021L,
                TABLES,
                0x660,
                0x0007_0406_0007_0406L);
    }
}
