package dev.igvmtool.machine.vp;

import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.tdx.GpaAttributes;
import dev.igvmtool.abi.tdx.L2EnterGuestState;
import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.abi.tdx.TdxField;
import dev.igvmtool.abi.tdx.VmcsField;
import dev.igvmtool.abi.tdx.VmxExit;
import dev.igvmtool.abi.tdx.VpEnterFlags;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.RandomGuest;
import dev.igvmtool.machine.Snapshot;
import dev.igvmtool.machine.StopReason;
import dev.igvmtool.machine.TestMachines;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.guest.Step;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Isolation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** VTL2 of a TD runs VTL0 as its partition 1 and serves its exits, until it halts. */
class TdxPartitionSwitchTest {
    private static final int PARTITION = 1;
    /** Number of VTL2's program, which no random guest comes upon. */
    private static final int VTL2 = 0x50;

    private static final long STATE = 0x60_0100;
    private static final long APIC_PAGE = 0x60_1000;
    private static final long SHARED = 0xe0_0000;
    private static final long SHARED_BIT = 1L << 47;
    private static final long WITHHELD = 0xa0_0000;
    private static final long GUEST_TABLES = 0x40_0000;
    private static final long GUEST_SEES_SHARED = 8 * 0x20_0000L;
    private static final long STAR_OF_VTL2 = 0x10_0000_0000L;
    /** Where VTL2 writes down the exits: a count, then status, qualification, address and instruction bytes. */
    private static final long LOG = 0x7_0000;

    private static Machine machine(Step.Action... guest) {
        return machineServedBy(TdxPartitionSwitchTest::serve, guest);
    }

    private static Machine machineServedBy(Step.Action server, Step.Action... guest) {
        Machine machine = running(
                config().isolation(Isolation.TDX).build(),
                program(
                        VTL2,
                        TdxPartitionSwitchTest::prepare,
                        TdxPartitionSwitchTest::enter,
                        server,
                        cpu -> cpu.jumpTo("s1")),
                program(2, guest));
        PhysicalMemory memory = machine.physicalMemory();
        machine.partition().memory().setPageState(SHARED >>> 12, SHARED + 0x20_0000 >>> 12, PageState.SHARED);
        memory.writeU64(GUEST_TABLES, GUEST_TABLES + 0x1000 | 7);
        memory.writeU64(GUEST_TABLES + 0x1000, GUEST_TABLES + 0x2000 | 7);
        for (int i = 0; i < 7; i++) {
            memory.writeU64(GUEST_TABLES + 0x2000 + 8L * i, i * 0x20_0000L | 0x87);
        }
        memory.writeU64(GUEST_TABLES + 0x2000 + 8 * 8, SHARED_BIT + SHARED | 0x87);
        return machine;
    }

    private static long tdcall(Cpu cpu, int leaf, long rcx, long rdx, long r8, long r9) {
        cpu.set(Gpr.RAX, leaf);
        cpu.set(Gpr.RCX, rcx);
        cpu.set(Gpr.RDX, rdx);
        cpu.set(Gpr.R8, r8);
        cpu.set(Gpr.R9, r9);
        cpu.tdcall();
        return cpu.get(Gpr.RAX);
    }

    private static void field(Cpu cpu, int field, long value) {
        assertEquals(0, tdcall(cpu, TdCall.VP_WR, 0, TdxField.vmcs(PARTITION, field), value, -1));
    }

    /** Gives the guest all pages up to {@link #WITHHELD}, and the registers of long mode. */
    private static void prepare(Cpu cpu) {
        long all = GpaAttributes.of(PARTITION, GpaAttributes.VALID | GpaAttributes.ALL);
        for (long gpa = 0; gpa < WITHHELD; gpa += 0x20_0000) {
            assertEquals(0, tdcall(cpu, TdCall.MEM_PAGE_ATTR_WR, gpa | TdCall.LEVEL_2M, all, 0, 0));
        }
        field(cpu, VmcsField.VIRTUAL_APIC_PAGE, APIC_PAGE);
        field(cpu, VmcsField.CR0, 0x8000_0021L);
        field(cpu, VmcsField.CR3, GUEST_TABLES);
        field(cpu, VmcsField.CR4, 0x660);
        field(cpu, VmcsField.EFER, 0xd00);
        field(cpu, VmcsField.ofSegment(VmcsField.ES_ACCESS_RIGHTS, SegmentRegister.CS), 0xa09b);
        field(cpu, VmcsField.ofSegment(VmcsField.ES_ACCESS_RIGHTS, SegmentRegister.SS), 0xc093);
        L2EnterGuestState state = new L2EnterGuestState(cpu.memory(), STATE);
        state.set(Gpr.RBX, 0x1111_2222);
        state.set(Gpr.RSP, TestMachines.STACK_TOP - 0x1000);
        state.setRip(codeOf(2));
        state.setRflags(2);
        cpu.writeMsr(Msr.STAR, STAR_OF_VTL2);
    }

    private static void enter(Cpu cpu) {
        cpu.set(Gpr.RBX, 0x3333_4444);
        cpu.set(Gpr.R15, 0x5555_6666);
        tdcall(cpu, TdCall.VP_ENTER, VpEnterFlags.of(PARTITION), STATE, 0, 0);
    }

    /** Writes down the exit and completes it: reads give 0x21, CPUID the same in all registers. */
    private static void serve(Cpu cpu) {
        assertEquals(0x3333_4444, cpu.get(Gpr.RBX), "VTL2 has its own registers");
        assertEquals(0x5555_6666, cpu.get(Gpr.R15), "VTL2 has its own registers");
        long status = cpu.get(Gpr.RAX);
        long bytes = cpu.get(Gpr.R11) >>> 32;
        long count = cpu.memory().readU64(LOG);
        long entry = LOG + 32 + 32 * count;
        cpu.memory().writeU64(entry, status);
        cpu.memory().writeU64(entry + 8, cpu.get(Gpr.RCX));
        cpu.memory().writeU64(entry + 16, cpu.get(Gpr.R8));
        cpu.memory().writeU64(entry + 24, bytes);
        cpu.memory().writeU64(LOG, count + 1);
        L2EnterGuestState state = new L2EnterGuestState(cpu.memory(), STATE);
        int reason = (int) status & 0xffff;
        if (reason == VmxExit.HLT || reason == VmxExit.TRIPLE_FAULT) {
            cpu.halt();
        } else if (reason == VmxExit.EPT_VIOLATION) {
            long all = GpaAttributes.of(PARTITION, GpaAttributes.VALID | GpaAttributes.ALL);
            assertEquals(0, tdcall(cpu, TdCall.MEM_PAGE_ATTR_WR, cpu.get(Gpr.R8) & -0x1000L, all, 0, 0));
        } else if (bytes > 0) {
            state.set(Gpr.RAX, 0x21);
            if (reason != VmxExit.IO) {
                state.set(Gpr.RDX, 0x21);
            }
            state.setRip(state.rip() + bytes);
        }
    }

    private static List<String> log(Machine machine) {
        PhysicalMemory memory = machine.physicalMemory();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < memory.readU64(LOG); i++) {
            long entry = LOG + 32 + 32L * i;
            lines.add(String.format(
                    "%x %x %x +%d",
                    memory.readU64(entry),
                    memory.readU64(entry + 8),
                    memory.readU64(entry + 16),
                    memory.readU64(entry + 24)));
        }
        return lines;
    }

    private static L2EnterGuestState stateOf(Machine machine) {
        return new L2EnterGuestState(machine.physicalMemory(), STATE);
    }

    @Test
    void everyAccessToThePlatformIsAnExit() {
        long[] seen = new long[3];
        Machine machine = machine(
                cpu -> {
                    assertEquals(0x1111_2222, cpu.get(Gpr.RBX));
                    cpu.out(0x3f8, 1, 'x');
                    seen[0] = cpu.in(0x3fd, 2);
                    cpu.set(Gpr.R12, seen[0]);
                },
                cpu -> {
                    seen[1] = cpu.readMsr(0x4000_0020);
                    cpu.writeMsr(0x4000_0000, 0x8100);
                    CpuidResult cpuid = cpu.cpuid(1, 0);
                    seen[2] = cpuid.eax();
                },
                Cpu::halt);

        assertEquals(StopReason.IDLE, machine.run(100));
        assertEquals(
                List.of("1e 3f80000 0 +1", "1e 3fd0009 0 +2", "1f 0 0 +2", "20 0 0 +2", "a 0 0 +2", "c 0 0 +1"),
                log(machine));
        assertEquals(0x21, seen[0]);
        assertEquals(0x21_0000_0021L, seen[1]);
        assertEquals(0x21, seen[2]);
        assertEquals(0x21, stateOf(machine).get(Gpr.R12));
        assertEquals(2, machine.vp(0).vtl());
    }

    @Test
    void registersThatTheModuleDoesNotSwapAreThoseOfTheOther() {
        Machine machine = machine(
                cpu -> {
                    cpu.set(Gpr.R12, cpu.readMsr(Msr.STAR));
                    cpu.writeMsr(Msr.LSTAR, 0x7000);
                    cpu.writeMsr(Msr.GS_BASE, 0x8000);
                },
                Cpu::halt);
        machine.run(100);

        assertEquals(List.of("c 0 0 +1"), log(machine));
        assertEquals(STAR_OF_VTL2, stateOf(machine).get(Gpr.R12));
        VtlState higher = machine.vp(0).state().vtl(2);
        assertEquals(0x7000, higher.lstar);
        assertNotEquals(0x8000, higher.segment(SegmentRegister.GS).base());
    }

    @Test
    void aPageThatVtl2WithholdsIsAnEptViolation() {
        Machine machine = machine(cpu -> cpu.memory().writeU64(WITHHELD + 0x3008, 9), Cpu::halt);
        machine.run(100);

        assertEquals(List.of("30 82 a03008 +0", "c 0 0 +1"), log(machine));
        assertEquals(9, machine.physicalMemory().readU64(WITHHELD + 0x3008));
    }

    @Test
    void sharedPagesStandBehindTheSharedBit() {
        Machine machine = machine(cpu -> cpu.memory().writeU64(GUEST_SEES_SHARED + 0x2000, 5), Cpu::halt);
        machine.run(100);

        assertEquals(List.of("c 0 0 +1"), log(machine));
        assertEquals(5, machine.physicalMemory().readU64(SHARED + 0x2000));
    }

    @Test
    void aReleasedPageTakesItsAttributesWithIt() {
        Machine machine = machine(Cpu::halt);
        machine.run(100);
        Cpu cpu = machine.vp(0).cpu();

        assertEquals(0, tdcall(cpu, TdCall.MEM_PAGE_ATTR_RD, 0x80_0000, 0, 0, 0));
        assertEquals(GpaAttributes.VALID | GpaAttributes.ALL, GpaAttributes.get(cpu.get(Gpr.RDX), PARTITION));
        assertEquals(0, tdcall(cpu, TdCall.MEM_PAGE_RELEASE, 0x80_0000, 0, 0, 0));
        assertEquals(TdCall.invalid(TdCall.OPERAND_RCX), tdcall(cpu, TdCall.MEM_PAGE_ATTR_RD, 0x80_0000, 0, 0, 0));
        assertEquals(0, tdcall(cpu, TdCall.MEM_PAGE_ACCEPT, 0x80_0000, 0, 0, 0));
        assertEquals(0, tdcall(cpu, TdCall.MEM_PAGE_ATTR_RD, 0x80_0000, 0, 0, 0));
        assertEquals(GpaAttributes.VALID, GpaAttributes.get(cpu.get(Gpr.RDX), PARTITION));
    }

    @Test
    void anExceptionWithoutAHandlerIsATripleFault() {
        Machine machine = machine(cpu -> cpu.memory().readU8(1L << 60), Cpu::halt);
        machine.run(100);

        assertEquals(List.of("2 0 0 +0"), log(machine));
    }

    @Test
    void tdcallBelongsToVtl2() {
        Machine machine = machine(cpu -> {
            cpu.tdcall();
            cpu.halt();
        });
        machine.run(100);

        assertEquals(List.of("4d 0 0 +4", "c 0 0 +1"), log(machine));
    }

    @Test
    void anInterruptOfVtl2EndsTheTurnOfTheGuest() {
        Machine machine = machine(cpu -> cpu.set(Gpr.R12, cpu.get(Gpr.R12) + 1), cpu -> cpu.jumpTo("s0"));
        machine.run(20);
        assertEquals(0, machine.vp(0).vtl());
        Apic apic = machine.vp(0).mutableState().vtl(2).apic;
        apic.setSpuriousVector(0x1ff);
        apic.request(0x41);
        machine.run(2);
        assertEquals(List.of("110200000001 0 0 +0"), log(machine));

        // It still waits: the guest is not entered again before it was taken.
        machine.run(4);
        assertEquals("112000000000", log(machine).get(1).substring(0, 12));
        assertEquals(2, machine.vp(0).vtl());
    }

    @Test
    void operandsOfAnEntryAreChecked() {
        Machine machine = machine(Cpu::halt);
        Cpu cpu = machine.vp(0).cpu();
        long flags = VpEnterFlags.of(PARTITION);

        assertEquals(TdCall.invalid(TdCall.OPERAND_L2_VAPIC), tdcall(cpu, TdCall.VP_ENTER, flags, STATE, 0, 0));
        field(cpu, VmcsField.VIRTUAL_APIC_PAGE, APIC_PAGE);
        for (long bad : new long[] {STATE + 8, SHARED, TestMachines.RAM_BYTES, SHARED_BIT | STATE, -256}) {
            assertEquals(TdCall.invalid(TdCall.OPERAND_RDX), tdcall(cpu, TdCall.VP_ENTER, flags, bad, 0, 0));
        }
        for (long bad : new long[] {0, VpEnterFlags.of(2), VpEnterFlags.of(3), flags | 4}) {
            assertEquals(TdCall.invalid(TdCall.OPERAND_RCX), tdcall(cpu, TdCall.VP_ENTER, bad, STATE, 0, 0));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, STATE, 0x9110_0003_0000_0016L, 0xffff_ffff_ffff_ffffL})
    void fieldsThatDoNotExistAreRefused(long field) {
        Cpu cpu = machine(Cpu::halt).vp(0).cpu();

        assertEquals(TdCall.FIELD_INCORRECT, tdcall(cpu, TdCall.VP_RD, 0, field, 7, 0));
        assertEquals(0, cpu.get(Gpr.R8));
        assertEquals(TdCall.FIELD_INCORRECT, tdcall(cpu, TdCall.VP_WR, 0, field, 7, -1));
    }

    @Test
    void fieldsAreWrittenByMask() {
        Cpu cpu = machine(Cpu::halt).vp(0).cpu();
        long cr3 = TdxField.vmcs(PARTITION, VmcsField.CR3);
        field(cpu, VmcsField.CR3, 0x1234_5678);

        assertEquals(0, tdcall(cpu, TdCall.VP_WR, 0, cr3, -1, 0xf000));
        assertEquals(0x1234_5678, cpu.get(Gpr.R8));
        assertEquals(0, tdcall(cpu, TdCall.VP_RD, 0, cr3, 0, 0));
        assertEquals(0x1234_f678, cpu.get(Gpr.R8));
    }

    @Test
    void everyFieldCanBeReadBack() {
        Cpu cpu = machine(Cpu::halt).vp(0).cpu();
        int[] single = {
            VmcsField.PAT,
            VmcsField.EFER,
            VmcsField.CR0,
            VmcsField.CR3,
            VmcsField.CR4,
            VmcsField.DR7,
            VmcsField.GDTR_BASE,
            VmcsField.GDTR_LIMIT,
            VmcsField.IDTR_BASE,
            VmcsField.IDTR_LIMIT
        };
        List<Integer> fields = new ArrayList<>();
        for (int field : single) {
            fields.add(field);
        }
        for (SegmentRegister register : SegmentRegister.values()) {
            fields.add(VmcsField.ofSegment(VmcsField.ES_SELECTOR, register));
            fields.add(VmcsField.ofSegment(VmcsField.ES_LIMIT, register));
            fields.add(VmcsField.ofSegment(VmcsField.ES_ACCESS_RIGHTS, register));
            fields.add(VmcsField.ofSegment(VmcsField.ES_BASE, register));
        }
        for (int i = 0; i < fields.size(); i++) {
            field(cpu, fields.get(i), 0x100 + i);
        }
        for (int i = 0; i < fields.size(); i++) {
            assertEquals(0, tdcall(cpu, TdCall.VP_RD, 0, TdxField.vmcs(PARTITION, fields.get(i)), 0, 0));
            assertEquals(0x100 + i, cpu.get(Gpr.R8), Integer.toHexString(fields.get(i)));
        }
    }

    /** Steps over what the guest did, also if that was nothing. */
    private static void skip(Cpu cpu) {
        L2EnterGuestState state = new L2EnterGuestState(cpu.memory(), STATE);
        long bytes = cpu.get(Gpr.R11) >>> 32;
        state.setRip(
                bytes > 0 ? state.rip() + bytes : codeOf(2) + 16 * (cpu.memory().readU64(LOG) % 32));
        cpu.memory().writeU64(LOG, cpu.memory().readU64(LOG) + 1);
    }

    @Test
    void guestsThatDoAnythingComeBackToVtl2() {
        long exits = 0;
        for (int seed = 0; seed < 200; seed++) {
            RandomGuest guest = new RandomGuest(seed, codeOf(2), 0);
            Machine machine = machineServedBy(TdxPartitionSwitchTest::skip, guest.steps());
            machine.run(1);
            // VTL2 keeps what it needs itself.
            for (long gpa : new long[] {TestMachines.PAGE_TABLES, codeOf(VTL2), LOG, STATE}) {
                machine.partition().memory().grant(0, gpa >>> 12, (gpa >>> 12) + 6, GpaProtection.NONE);
            }
            machine.run(400);
            exits += machine.physicalMemory().readU64(LOG);
        }
        assertTrue(exits > 2000, exits + " exits");
    }

    @Test
    void aRunReplaysFromASnapshotBetweenExits() {
        Machine machine = machine(
                cpu -> {
                    cpu.out(0x3f8, 1, 'x');
                    cpu.set(Gpr.R12, cpu.in(0x3fd, 1));
                },
                cpu -> cpu.set(Gpr.R13, cpu.cpuid(0, 0).eax()),
                Cpu::halt);
        machine.run(4);
        Snapshot middle = machine.snapshot();
        machine.run(100);
        List<String> whole = log(machine);

        machine.restore(middle);
        machine.run(100);
        assertEquals(whole, log(machine));
        assertEquals(4, whole.size());
        assertEquals(0x21, stateOf(machine).get(Gpr.R13));
    }
}
