package dev.igvmtool.debugger;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.bus.Serial;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.guest.Step;
import dev.igvmtool.machine.partition.PartitionConfig;
import java.util.Arrays;
import java.util.List;

/**
 * Small machines for tests: VPs in VTL0, long mode, the first 16 MiB of virtual memory mapped to the same physical
 * addresses and 16 MiB from {@link #WINDOW} on once more.
 */
public final class Runs {
    /** Virtual address at which physical memory appears a second time. */
    public static final long WINDOW = 0x4000_0000L;

    /** Where programs keep their data. */
    public static final long DATA = 0x20_0000;

    private static final long RAM_BYTES = 16 << 20;
    private static final long TABLES = 0x1000;
    private static final long STACK_TOP = 0x8000;
    private static final int LARGE_PAGES = 8;

    private Runs() {}

    private record Listed(String name, int number, List<Step> steps) implements Program {
        @Override
        public ImageLayout layout() {
            return new ImageLayout(0, 0, 0x1000, 0x2000);
        }
    }

    /** A program of the given steps. */
    public static Program program(String name, int number, Step... steps) {
        return new Listed(name, number, Arrays.asList(steps));
    }

    /** Where a program stands. */
    public static long codeOf(int program) {
        return 0x10_0000L + program * 0x1000L;
    }

    /** A machine with a serial port; each VP runs the program of its own number plus 1, those without one wait. */
    public static Machine machine(int vps, Program... programs) {
        Machine machine = new Machine(
                PartitionConfig.builder()
                        .vpCount(vps)
                        .highestVtl(0)
                        .ram(List.of(new GpaRange(0, RAM_BYTES)))
                        .build(),
                new Programs(Arrays.asList(programs)));
        machine.ports().add(new Serial(Serial.COM1));
        mapMemory(machine);
        for (Program program : programs) {
            machine.physicalMemory().writeBytes(codeOf(program.number()), StageImage.slots(program));
        }
        for (int i = 0; i < Math.min(vps, programs.length); i++) {
            machine.vp(i).start(0, contextAt(codeOf(programs[i].number())), 0);
        }
        return machine;
    }

    private static void mapMemory(Machine machine) {
        long pdpt = TABLES + 0x1000;
        long pd = TABLES + 0x2000;
        machine.physicalMemory().writeU64(TABLES, pdpt | 0x67);
        machine.physicalMemory().writeU64(pdpt, pd | 0x67);
        machine.physicalMemory().writeU64(pdpt + 8 * (WINDOW >>> 30), pd | 0x67);
        for (int i = 0; i < LARGE_PAGES; i++) {
            machine.physicalMemory().writeU64(pd + 8L * i, i * 0x20_0000L | 0xe7);
        }
    }

    /** Long mode, privilege level 0. */
    private static InitialVpContext contextAt(long rip) {
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
                new SegmentValue(0xa000, 0x67, 0x30, 0x8b),
                SegmentValue.NULL,
                new TableValue(0xfff, 0x9000),
                new TableValue(0x3f, 0xb000),
                0xd00,
                0x8000_0021L,
                TABLES,
                0x660,
                0x0007_0406_0007_0406L);
    }

    /** The log of {@link #machine}. */
    public static LogSource serial(Machine machine) {
        Serial port = machine.ports().serial(Serial.COM1).orElseThrow();
        return new LogSource() {
            @Override
            public String name() {
                return "serial";
            }

            @Override
            public Bytes text() {
                return port.text();
            }
        };
    }

    /** A debugger at the first moment. */
    public static Debugger debugger(Machine machine, HistoryLimits limits) {
        return new Debugger(new History(machine, limits), List.of(serial(machine)));
    }

    /** A debugger at the first moment, with snapshots some turns apart. */
    public static Debugger debugger(Machine machine) {
        return debugger(machine, new HistoryLimits(7, Long.MAX_VALUE, 64 << 20, 100));
    }

    /** A machine that goes through some rounds, each of which stores its number, says it, and does what {@code last} does. */
    public static Machine counting(int vps, long rounds, Step.Action last) {
        return machine(vps, counter(1, rounds, last), counter(2, rounds, last), counter(3, rounds, last));
    }

    private static Program counter(int number, long rounds, Step.Action last) {
        long own = DATA + 0x100L * number;
        return program(
                "counter-" + number,
                number,
                Step.of("T0" + number, "count", cpu -> {
                    long value = cpu.memory().readU64(own) + 1;
                    cpu.memory().writeU64(own, value);
                }),
                Step.of("say", cpu -> {
                    String line = number + ":" + cpu.memory().readU64(own) + "\n";
                    line.chars().forEach(c -> cpu.out(Serial.COM1, 1, c));
                }),
                Step.of("again", cpu -> {
                    if (cpu.memory().readU64(own) < rounds) {
                        cpu.jumpTo("count");
                    }
                }),
                Step.of("last", last),
                Step.of("halt", cpu -> cpu.halt()));
    }
}
