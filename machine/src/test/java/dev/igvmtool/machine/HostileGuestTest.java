package dev.igvmtool.machine;

import static dev.igvmtool.machine.TestMachines.HYPERCALL_PAGE;
import static dev.igvmtool.machine.TestMachines.INPUT_PAGE;
import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.contextAt;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.vp.VpRegisters;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Whatever a guest does, it ends in an answer, an exception of the guest or a stopped VP, never in one of ours. */
class HostileGuestTest {
    private static final int ROUNDS = 3000;
    private static final long[] TELLING = {
        0, 1, -1, 2, 0xfff, 0x1000, 0x10_0000, 0xfffffffeL, 0xffff_ffffL, 1L << 40, 1L << 46, 1L << 52, 1L << 63
    };

    private final Random random = new Random(20);

    @Test
    void hypercallsWithAnyInputAreAnswered() {
        HypercallCode[] codes = HypercallCode.values();
        Machine machine = running(
                config().vpCount(3).build(),
                program(1, TestMachines::enableHypercalls, cpu -> cpu.writeMsr(0x4000_0073, 0x7_0001), cpu -> {
                    byte[] input = new byte[512];
                    for (int i = 0; i < input.length; i += 8) {
                        long value = value();
                        for (int j = 0; j < 8; j++) {
                            input[i + j] = (byte) (value >>> 8 * j);
                        }
                    }
                    cpu.memory().writeBytes(INPUT_PAGE, Bytes.wrap(input));
                    HypercallCode code = codes[random.nextInt(codes.length)];
                    long reps = random.nextInt(3) == 0 ? (long) random.nextInt(4096) << 32 : 1L << 32;
                    boolean simple = random.nextBoolean();
                    cpu.set(Gpr.RCX, code.code() | (simple ? 0 : reps) | (random.nextInt(8) == 0 ? 1 << 16 : 0));
                    cpu.set(Gpr.RDX, random.nextInt(8) == 0 ? value() : INPUT_PAGE);
                    cpu.set(Gpr.R8, random.nextInt(4) == 0 ? value() : TestMachines.OUTPUT_PAGE);
                    cpu.callHypercallPage(HYPERCALL_PAGE);
                    cpu.jumpTo("s2");
                }));
        machine.run(2);
        Snapshot start = machine.snapshot();
        Set<Integer> statuses = new TreeSet<>();
        int[] answered = {0};
        machine.observe(event -> {
            if (event instanceof MachineEvent.HypercallDone call) {
                statuses.add(new HypercallResult(call.result()).status());
                answered[0]++;
            }
        });
        for (int round = 0; round < ROUNDS; round++) {
            machine.run(3);
            boolean lost = machine.vp(0).vtl() != 2
                    || !machine.vp(0).canTakeTurn()
                    || machine.vp(0).rip() < codeOf(1)
                    || machine.vp(0).rip() > codeOf(1) + 64;
            if (lost || round % 50 == 0) {
                machine.restore(start);
            }
        }
        assertTrue(answered[0] > ROUNDS, answered[0] + " calls were answered");
        assertTrue(statuses.size() > 8, "only the statuses " + statuses);
    }

    @Test
    void vpsStartedWithAnyRegistersStopOrRun() {
        Set<String> reasons = new TreeSet<>();
        for (int round = 0; round < ROUNDS / 10; round++) {
            Machine machine = running(config().vpCount(2).build(), program(1, Cpu::halt), toucher());
            machine.vp(1).enableVtl(2);
            machine.vp(1).start(2, contextAt(codeOf(2)), 0);
            for (int i = 0; i < 4; i++) {
                int[] names = {
                    RegisterName.CR0,
                    RegisterName.CR3,
                    RegisterName.CR4,
                    RegisterName.EFER,
                    RegisterName.RIP,
                    RegisterName.RFLAGS,
                    RegisterName.IDTR,
                    RegisterName.GDTR,
                    RegisterName.ES + 1,
                    RegisterName.ES + 2,
                    RegisterName.ES + 7,
                    RegisterName.VP_ASSIST_PAGE,
                    RegisterName.SIMP,
                    RegisterName.PENDING_EVENT0,
                    RegisterName.HYPERCALL,
                    RegisterName.VSM_PARTITION_CONFIG
                };
                VpRegisters.set(
                        machine.vp(1), 2, names[random.nextInt(names.length)], new RegisterValue(value(), value()));
            }
            machine.run(20);
            reasons.add(machine.vp(1).stopReason());
        }
        assertTrue(reasons.size() > 20, "only the reasons " + reasons);
    }

    @Test
    void guestBelowAParavisorCannotEscapeByRegisters() {
        int stopped = 0;
        for (int round = 0; round < ROUNDS / 10; round++) {
            Machine machine = running(
                    config().build(),
                    program(
                            1,
                            TestMachines::enableHypercalls,
                            cpu -> {
                                cpu.set(Gpr.RCX, 1);
                                cpu.callHypercallPage(HYPERCALL_PAGE + 0x26);
                            },
                            Cpu::halt),
                    toucher());
            InitialVpContext context = contextAt(codeOf(2));
            set(machine, RegisterName.RIP, RegisterValue.of(context.rip()));
            set(machine, RegisterName.CR0, RegisterValue.of(context.cr0()));
            set(machine, RegisterName.CR3, RegisterValue.of(context.cr3()));
            set(machine, RegisterName.EFER, RegisterValue.of(context.efer()));
            set(machine, RegisterName.ES + 1, RegisterValue.of(context.cs()));
            set(machine, RegisterName.GDTR, RegisterValue.of(context.gdtr()));
            set(machine, RegisterName.IDTR, RegisterValue.of(context.idtr()));
            for (int name : new int[] {RegisterName.CR0, RegisterName.CR3, RegisterName.EFER}) {
                if (random.nextBoolean()) {
                    set(machine, name, RegisterValue.of(value()));
                }
            }
            machine.run(20);
            stopped += machine.vp(0).stopReason().isEmpty() ? 0 : 1;
        }
        assertTrue(stopped > ROUNDS / 100, "only " + stopped + " guests came to an end");
    }

    private static void set(Machine machine, int name, RegisterValue value) {
        VpRegisters.set(machine.vp(0), 0, name, value);
    }

    /** Touches what depends on control registers. */
    private Program toucher() {
        return program(
                2,
                cpu -> cpu.memory().writeU64(value(), value()),
                cpu -> cpu.set(ControlRegister.CR3, value()),
                cpu -> cpu.writeMsr((int) value(), value()),
                cpu -> cpu.set(Gpr.RAX, cpu.readMsr((int) value())),
                Cpu::interruptReturn,
                Cpu::systemCall,
                Cpu::systemReturn,
                cpu -> cpu.callHypercallPage(value()),
                cpu -> cpu.jump(value()));
    }

    private long value() {
        int kind = random.nextInt(4);
        if (kind == 0) {
            return random.nextLong();
        }
        long telling = TELLING[random.nextInt(TELLING.length)];
        return kind == 1 ? telling + random.nextInt(64) : telling;
    }

    @Test
    void controlWordsWithAnyBitsAreAnswered() {
        Machine machine = running(TestMachines::enableHypercalls, cpu -> {
            long code = HypercallCode.values()[random.nextInt(HypercallCode.values().length)].code();
            boolean returns = code == HypercallCode.VTL_RETURN.code();
            cpu.set(Gpr.RCX, random.nextLong() << 16 | (returns ? 0x50 : code));
            cpu.set(Gpr.RDX, value());
            cpu.set(Gpr.R8, value());
            cpu.callHypercallPage(HYPERCALL_PAGE);
            assertTrue(new HypercallControl(cpu.get(Gpr.RAX)).code() != 0xffff, "RAX holds a result");
            cpu.jumpTo("s1");
        });
        for (int round = 0; round < ROUNDS; round++) {
            machine.step();
        }
    }
}
