package dev.igvmtool.machine;

import static dev.igvmtool.machine.TestMachines.GDT;
import static dev.igvmtool.machine.TestMachines.HYPERCALL_PAGE;
import static dev.igvmtool.machine.TestMachines.IDT;
import static dev.igvmtool.machine.TestMachines.INPUT_PAGE;
import static dev.igvmtool.machine.TestMachines.OUTPUT_PAGE;
import static dev.igvmtool.machine.TestMachines.PAGE_TABLES;
import static dev.igvmtool.machine.TestMachines.RAM_BYTES;
import static dev.igvmtool.machine.TestMachines.STACK_TOP;
import static dev.igvmtool.machine.TestMachines.TSS;
import static dev.igvmtool.machine.TestMachines.codeOf;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Slot;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A guest that does anything at all; what it does follows from the seed and from what it reads. Each guest does only some
 * of the things, so that there are also guests that live long.
 */
public final class RandomGuest {
    /** Steps of the guest's program. */
    static final int STEPS = 32;

    /** Things that one guest does. */
    private static final int ACTS = 8;

    /** Numbers at which something begins or ends. */
    private static final long[] TELLING = {
        0, 1, -1, 2, 0xfff, 0x1000, 0x10_0000, 0xfffffffeL, 0xffff_ffffL, 1L << 40, 1L << 46, 1L << 52, 1L << 63
    };

    private static final long[] PLACES = {
        0,
        PAGE_TABLES,
        PAGE_TABLES + 0x1000,
        PAGE_TABLES + 0x2000,
        GDT,
        IDT,
        TSS,
        STACK_TOP - 0x1000,
        HYPERCALL_PAGE,
        INPUT_PAGE,
        OUTPUT_PAGE,
        codeOf(1),
        codeOf(1) + STEPS / 2 * Slot.SIZE,
        codeOf(2),
        RAM_BYTES - 0x1000,
        RAM_BYTES,
        0xfee0_0000L,
        0xffff_f000L,
        1L << 45,
        1L << 46,
        0xffff_8000_0000_0000L,
        -0x1000
    };

    /** First MSR of each run that means something to the hypervisor or the processor, and how many follow. */
    private static final int[][] MSRS = {
        {0x10, 1},
        {0x1b, 1},
        {0x174, 3},
        {0x200, 16},
        {0x277, 1},
        {0x2ff, 1},
        {0x6e0, 1},
        {0x802, 0x3e},
        {0x4000_0000, 4},
        {0x4000_0020, 4},
        {0x4000_0040, 1},
        {0x4000_0070, 4},
        {0x4000_0080, 5},
        {0x4000_0090, 16},
        {0x4000_00b0, 8},
        {0x4000_00f0, 1},
        {0x4000_0100, 6},
        {0xc000_0080, 4},
        {0xc000_0100, 4},
        {0xc001_0130, 2}
    };

    private final long code;
    private final long entryBits;
    private Random random;
    private final List<Step.Action> acts = List.of(
            cpu -> cpu.memory().writeU64(place(), place()),
            cpu -> cpu.memory().writeU64(place(), entry()),
            cpu -> cpu.memory().writeU64(PAGE_TABLES + random().nextInt(0x6000), entry()),
            cpu -> cpu.memory().writeU8(place(), random().nextInt(256)),
            cpu -> cpu.set(Gpr.RBX, cpu.memory().readU64(place())),
            cpu -> cpu.set(Gpr.RBX, cpu.memory().readU32(value())),
            cpu -> cpu.memory().writeBytes(place(), Bytes.wrap(new byte[random().nextInt(0x2800)])),
            cpu -> cpu.memory().writeBytes(INPUT_PAGE, input()),
            cpu -> cpu.memory().writeBytes(anyStep(), slot()),
            this::controlRegister,
            cpu -> cpu.set(ControlRegister.CR3, place()),
            cpu -> cpu.invlpg(place()),
            cpu -> cpu.set(Gpr.RBX, cpu.readMsr(msr())),
            cpu -> cpu.writeMsr(msr(), place()),
            cpu -> cpu.writeMsr(msr(), place() | 1),
            cpu -> cpu.writeMsr(msr(), value()),
            TestMachines::enableHypercalls,
            this::hypercall,
            this::hypercall,
            cpu -> cpu.callHypercallPage(place()),
            cpu -> cpu.set(Gpr.RBX, cpu.in(port(), 1 << random().nextInt(3))),
            cpu -> cpu.out(port(), 1 << random().nextInt(3), random().nextInt()),
            this::segments,
            cpu -> cpu.set(Gpr.RSP, place()),
            cpu -> cpu.push(place()),
            cpu -> cpu.call(anyStep()),
            Cpu::ret,
            cpu -> cpu.jump(anyStep()),
            cpu -> cpu.jump(place()),
            Cpu::interruptReturn,
            Cpu::systemCall,
            Cpu::systemReturn,
            Cpu::enableInterrupts,
            Cpu::disableInterrupts,
            cpu -> cpu.setRflags(value()),
            cpu -> {
                cpu.enableInterrupts();
                cpu.halt();
            },
            Cpu::pause,
            cpu -> cpu.set(
                    Gpr.RBX,
                    cpu.cpuid(random().nextBoolean() ? random().nextInt(0x20) : (int) value(), 0)
                            .eax()),
            cpu -> cpu.saveFxState(place()),
            cpu -> cpu.restoreFxState(place()),
            cpu -> cpu.setDebugRegister(random().nextInt(8), value()),
            TestMachines::enableApic,
            this::interruptCommand,
            this::interruptCommand,
            this::timer,
            this::timer,
            this::platform);

    /**
     * @param code where the program of {@link #steps()} stands
     * @param entryBits what most entries of page tables have besides the usual flags
     */
    public RandomGuest(long seed, long code, long entryBits) {
        this.code = code;
        this.entryBits = entryBits;
        random = new Random(seed);
    }

    /** What the guest does from now on follows from this seed. */
    void restart(long seed) {
        random = new Random(seed);
    }

    private Random random() {
        return random;
    }

    private long anyStep() {
        return code + (long) random.nextInt(STEPS) * Slot.SIZE;
    }

    /** The guest's steps; the last one goes to the first. */
    public Step.Action[] steps() {
        List<Step.Action> own = new ArrayList<>();
        for (int i = 0; i < ACTS; i++) {
            own.add(acts.get(random.nextInt(acts.size())));
        }
        Step.Action[] steps = new Step.Action[STEPS];
        for (int i = 0; i < STEPS - 1; i++) {
            steps[i] = cpu -> own.get(random.nextInt(ACTS)).run(cpu);
        }
        steps[STEPS - 1] = cpu -> cpu.jump(code);
        return steps;
    }

    /** Any number, preferably one at which something begins or ends. */
    long value() {
        int kind = random.nextInt(4);
        if (kind == 0) {
            return random.nextLong();
        }
        long telling = TELLING[random.nextInt(TELLING.length)];
        return kind == 1 ? telling + random.nextInt(64) : telling;
    }

    /** Any address, preferably one of a page that means something. */
    long place() {
        int kind = random.nextInt(8);
        if (kind == 0) {
            return value();
        }
        long place = PLACES[random.nextInt(PLACES.length)];
        return kind == 1 ? place + random.nextInt(0x1000) : place;
    }

    /** An entry of a page table, which may lead back into the tables. */
    private long entry() {
        long flags = random.nextInt(3) == 0 ? random.nextInt(0x1000) : 0x67;
        long top = random.nextInt(8) == 0 ? random.nextLong() & 0xfff8_0000_0000_0000L : entryBits;
        return place() & ~0xfffL | flags | top;
    }

    /** Numbers, so that calls may find something in them. */
    private Bytes input() {
        byte[] input = new byte[512];
        for (int i = 0; i < input.length; i += 8) {
            long value = random.nextBoolean() ? value() : place();
            for (int j = 0; j < 8; j++) {
                input[i + j] = (byte) (value >>> 8 * j);
            }
        }
        return Bytes.wrap(input);
    }

    private Bytes slot() {
        byte[] slot = new Slot(1 + random.nextInt(3), random.nextInt(STEPS * 2))
                .encode()
                .toByteArray();
        if (random.nextInt(3) == 0) {
            slot[random.nextInt(slot.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return Bytes.wrap(slot);
    }

    private int msr() {
        int[] run = MSRS[random.nextInt(MSRS.length)];
        return random.nextInt(8) == 0 ? (int) value() : run[0] + random.nextInt(run[1]);
    }

    private int port() {
        return random.nextInt(3) == 0 ? random.nextInt(0x1_0000) : 0x3f8 + random.nextInt(8);
    }

    private void controlRegister(Cpu cpu) {
        ControlRegister[] registers = ControlRegister.values();
        ControlRegister register = registers[random.nextInt(registers.length)];
        cpu.set(register, random.nextInt(4) == 0 ? value() : cpu.get(register) ^ 1L << random.nextInt(32));
    }

    private void hypercall(Cpu cpu) {
        HypercallCode[] codes = HypercallCode.values();
        long reps = random.nextInt(3) == 0 ? (long) random.nextInt(4096) << 32 : (long) random.nextInt(2) << 32;
        long fast = random.nextInt(8) == 0 ? 1 << 16 : 0;
        cpu.set(Gpr.RCX, codes[random.nextInt(codes.length)].code() | reps | fast);
        cpu.set(Gpr.RDX, random.nextInt(8) == 0 ? place() : INPUT_PAGE);
        cpu.set(Gpr.R8, random.nextInt(4) == 0 ? place() : OUTPUT_PAGE);
        cpu.callHypercallPage(HYPERCALL_PAGE + (random.nextInt(8) == 0 ? random.nextInt(0x40) : 0));
    }

    private void segments(Cpu cpu) {
        switch (random.nextInt(3)) {
            case 0 -> cpu.setGdtr(new TableValue(random.nextInt(0x1_0000), place()));
            case 1 -> cpu.setIdtr(new TableValue(random.nextInt(0x1_0000), place()));
            default -> {
                SegmentRegister[] registers = SegmentRegister.values();
                SegmentRegister register = registers[random.nextInt(registers.length)];
                cpu.set(
                        register,
                        new SegmentValue(place(), 0xffff_ffffL, random.nextInt(0x40), random.nextInt(0x1_0000)));
            }
        }
    }

    /** Any kind of interrupt to any of four APICs, also INIT and start-up. */
    private void interruptCommand(Cpu cpu) {
        long command = random.nextInt(256) | random.nextInt(8) << 8 | random.nextInt(4) << 18 | 1 << 14;
        cpu.writeMsr(0x830, command | (long) random.nextInt(4) << 32);
    }

    private void timer(Cpu cpu) {
        int timer = random.nextInt(5);
        if (timer == 4) {
            cpu.writeMsr(0x832, random.nextInt(256) | random.nextInt(4) << 16);
            cpu.writeMsr(0x838, random.nextInt(8) == 0 ? value() : random.nextInt(1000));
        } else {
            cpu.writeMsr(0x4000_0080, 1);
            cpu.writeMsr(0x4000_0090 + random.nextInt(16), random.nextInt(2) << 16 | random.nextInt(256));
            cpu.writeMsr(0x4000_00b0 + timer * 2, random.nextInt(0x2_0000));
            cpu.writeMsr(0x4000_00b1 + timer * 2, random.nextInt(8) == 0 ? value() : random.nextInt(1000));
        }
    }

    private void platform(Cpu cpu) {
        cpu.set(Gpr.RAX, random.nextBoolean() ? place() : random.nextInt(32));
        cpu.set(Gpr.RCX, random.nextBoolean() ? place() : random.nextInt(3));
        cpu.set(Gpr.RDX, random.nextBoolean() ? place() : random.nextInt(3));
        cpu.set(Gpr.R10, random.nextInt(4) == 0 ? value() : 0);
        cpu.set(Gpr.R11, random.nextInt(0x40));
        switch (random.nextInt(4)) {
            case 0 -> cpu.pvalidate();
            case 1 -> cpu.rmpadjust();
            case 2 -> cpu.vmgexit();
            default -> cpu.tdcall();
        }
    }
}
