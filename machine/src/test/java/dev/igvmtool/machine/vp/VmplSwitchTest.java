package dev.igvmtool.machine.vp;

import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.snp.Ghcb;
import dev.igvmtool.abi.snp.GhcbMsr;
import dev.igvmtool.abi.snp.RmpAdjust;
import dev.igvmtool.abi.snp.SevFeatures;
import dev.igvmtool.abi.snp.SvmExit;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.machine.Machine;
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

/** VTL2 in VMPL 0 runs VTL0 in VMPL 2 and serves its exits, until it halts. */
class VmplSwitchTest {
    private static final long OWN_AREA = 0x60_0000;
    private static final long AREA = 0x60_1000;
    private static final long GHCB = 0xe0_0000;
    private static final long GRANTED = 0x80_0000;
    private static final long WITHHELD = 0xa0_0000;
    private static final long VTOM = 1L << 46;
    private static final long GUEST_TABLES = 0x40_0000;
    private static final long GUEST_SEES_SHARED = 8 * 0x20_0000L;
    private static final long FEATURES = SevFeatures.SNP_ACTIVE | SevFeatures.VTOM | SevFeatures.REFLECT_VC;
    /** Where VTL2 writes down the exits: a count, then code, two infos and bytes to the next instruction. */
    private static final long LOG = 0x7_0000;

    /** The guest: in memory below the virtual top, with plain page tables. */
    private static Machine machine(Step.Action... guest) {
        Machine machine = running(
                config().isolation(Isolation.SNP).build(),
                program(
                        1,
                        VmplSwitchTest::prepare,
                        VmplSwitchTest::enter,
                        VmplSwitchTest::serve,
                        cpu -> cpu.jumpTo("s1")),
                program(2, guest));
        PhysicalMemory memory = machine.physicalMemory();
        TestMachines.mapAllAsPrivate(memory);
        TestMachines.mapAsShared(memory, GHCB);
        machine.partition().memory().setPageState(GHCB >>> 12, GHCB + 0x20_0000 >>> 12, PageState.SHARED);
        // As the firmware leaves the area of the boot processor, and VTL2 has prepared that of the guest.
        machine.partition().state().saveAreas.add(OWN_AREA);
        machine.vp(0).mutableState().vtl(2).vmsa = OWN_AREA;
        new Vmsa(memory, OWN_AREA).set(Vmsa.SEV_FEATURES, SevFeatures.SNP_ACTIVE);
        new Vmsa(memory, OWN_AREA).set(Vmsa.EFER, 0x1d00);
        writeGuestTables(memory);
        Vmsa area = new Vmsa(memory, AREA);
        SaveAreas.save(machine.vp(0).state(), 2, area);
        area.set(Vmsa.RIP, codeOf(2));
        area.set(Vmsa.CR3, GUEST_TABLES);
        area.set(Vmsa.EFER, 0x1d00);
        area.set(Gpr.RBX, 0x1111_2222);
        area.setVmpl(2);
        area.set(Vmsa.SEV_FEATURES, FEATURES);
        area.set(Vmsa.VIRTUAL_TOM, VTOM);
        return machine;
    }

    /** The memory of the guest at its place, and the shared pages at {@link #GUEST_SEES_SHARED}. */
    private static void writeGuestTables(PhysicalMemory memory) {
        memory.writeU64(GUEST_TABLES, GUEST_TABLES + 0x1000 | 7);
        memory.writeU64(GUEST_TABLES + 0x1000, GUEST_TABLES + 0x2000 | 7);
        for (int i = 0; i < 7; i++) {
            memory.writeU64(GUEST_TABLES + 0x2000 + 8L * i, i * 0x20_0000L | 0x87);
        }
        memory.writeU64(GUEST_TABLES + 0x2000 + 8 * 8, VTOM + GHCB | 0x87);
    }

    private static void rmpadjust(Cpu cpu, long gpa, boolean large, long attributes) {
        cpu.set(Gpr.RAX, gpa);
        cpu.set(Gpr.RCX, large ? 1 : 0);
        cpu.set(Gpr.RDX, attributes);
        cpu.rmpadjust();
        assertEquals(0, cpu.get(Gpr.RAX));
    }

    /** Gives the guest all pages up to {@link #WITHHELD} but its save area, and says where that is. */
    private static void prepare(Cpu cpu) {
        for (long gpa = 0; gpa < WITHHELD; gpa += 0x20_0000) {
            rmpadjust(cpu, gpa, true, 2 | RmpAdjust.ALL);
        }
        rmpadjust(cpu, OWN_AREA, false, 1 | RmpAdjust.VMSA);
        rmpadjust(cpu, AREA, false, 2 | RmpAdjust.VMSA);
        cpu.writeMsr(Msr.GHCB, GHCB | GhcbMsr.REGISTER_GPA_REQUEST);
        cpu.vmgexit();
        Ghcb page = new Ghcb(cpu.memory(), GHCB);
        page.setUsage(Ghcb.USAGE_BASE);
        page.set(Gpr.RAX, FEATURES);
        page.set(Ghcb.EXIT_CODE, SvmExit.AP_CREATION);
        page.set(Ghcb.EXIT_INFO_1, Ghcb.apCreationInfo(0, 2, Ghcb.AP_CREATE));
        page.set(Ghcb.EXIT_INFO_2, AREA);
        cpu.writeMsr(Msr.GHCB, GHCB);
        cpu.vmgexit();
        assertEquals(Ghcb.DONE, page.get(Ghcb.EXIT_INFO_1));
    }

    private static void enter(Cpu cpu) {
        cpu.set(Gpr.RBX, 0x3333_4444);
        cpu.writeMsr(Msr.GHCB, GhcbMsr.runVmpl(2));
        cpu.vmgexit();
    }

    /** Writes down the exit and completes it: reads give 0x21, CPUID the same in all registers. */
    private static void serve(Cpu cpu) {
        assertEquals(0x3333_4444, cpu.get(Gpr.RBX), "VTL2 has its own registers");
        Vmsa area = new Vmsa(cpu.memory(), AREA);
        long code = area.get(Vmsa.EXIT_CODE);
        long count = cpu.memory().readU64(LOG);
        long entry = LOG + 32 + 32 * count;
        long bytes = area.get(Vmsa.NEXT_RIP) - area.get(Vmsa.RIP);
        cpu.memory().writeU64(entry, code);
        cpu.memory().writeU64(entry + 8, area.get(Vmsa.EXIT_INFO_1));
        cpu.memory().writeU64(entry + 16, area.get(Vmsa.EXIT_INFO_2));
        cpu.memory().writeU64(entry + 24, bytes);
        cpu.memory().writeU64(LOG, count + 1);
        if (code == SvmExit.HLT || code == SvmExit.SHUTDOWN) {
            cpu.halt();
        } else if (code == SvmExit.NESTED_PAGE_FAULT) {
            rmpadjust(cpu, area.get(Vmsa.EXIT_INFO_2) & -0x1000L, false, 2 | RmpAdjust.ALL);
        } else {
            area.set(Gpr.RAX, 0x21);
            if (code != SvmExit.IOIO) {
                area.set(Gpr.RDX, 0x21);
            }
            area.set(Vmsa.RIP, area.get(Vmsa.NEXT_RIP));
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
                    // The address after the instruction depends on where the slot stands.
                    memory.readU64(entry) == SvmExit.IOIO ? 0 : memory.readU64(entry + 16),
                    memory.readU64(entry + 24)));
        }
        return lines;
    }

    @Test
    void everyAccessToThePlatformIsAnExit() {
        long[] seen = new long[4];
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
                List.of("7b 3f80210 0 +1", "7b 3fd0221 0 +2", "7c 0 0 +2", "7c 1 0 +2", "72 0 0 +2", "78 0 0 +1"),
                log(machine));
        assertEquals(0x21, seen[0]);
        assertEquals(0x21_0000_0021L, seen[1]);
        assertEquals(0x21, seen[2]);
        assertEquals(0x21, new Vmsa(machine.physicalMemory(), AREA).get(Gpr.R12));
        assertEquals(2, machine.vp(0).vtl());
    }

    @Test
    void registersOfTheProcessorAreTheGuestsOwn() {
        Machine machine = machine(
                cpu -> {
                    cpu.writeMsr(Msr.KERNEL_GS_BASE, 0x5000);
                    cpu.set(Gpr.R13, cpu.readMsr(Msr.KERNEL_GS_BASE));
                },
                Cpu::halt);
        machine.run(100);

        assertEquals(List.of("78 0 0 +1"), log(machine));
        Vmsa area = new Vmsa(machine.physicalMemory(), AREA);
        assertEquals(0x5000, area.get(Gpr.R13));
        assertEquals(0x5000, area.get(Vmsa.KERNEL_GS_BASE));
        assertEquals(0, machine.vp(0).state().vtl(2).kernelGsBase);
    }

    @Test
    void aPageThatVtl2WithholdsIsANestedPageFault() {
        Machine machine = machine(cpu -> cpu.memory().writeU64(WITHHELD + 0x3008, 9), Cpu::halt);
        machine.run(100);

        assertEquals(List.of("400 1180000002 a03008 +0", "78 0 0 +1"), log(machine));
        assertEquals(9, machine.physicalMemory().readU64(WITHHELD + 0x3008));
    }

    @Test
    void sharedPagesStandAboveTheVirtualTopOfMemory() {
        Machine machine = machine(cpu -> cpu.memory().writeU64(GUEST_SEES_SHARED + 0x2000, 5), Cpu::halt);
        machine.run(100);

        assertEquals(List.of("78 0 0 +1"), log(machine));
        assertEquals(5, machine.physicalMemory().readU64(GHCB + 0x2000));
    }

    @Test
    void aPrivatePageIsNotSeenAboveTheVirtualTop() {
        Machine machine = machine(
                cpu -> {
                    cpu.memory().writeU64(GUEST_TABLES + 0x2000 + 8 * 9, VTOM + GRANTED | 0x87);
                    cpu.memory().readU8(9 * 0x20_0000L);
                },
                Cpu::halt);
        machine.run(8);

        assertEquals("400 180000000 800000 +0", log(machine).get(0));
    }

    @Test
    void anExceptionWithoutAHandlerIsAShutdown() {
        Machine machine = machine(cpu -> cpu.memory().readU8(1L << 60), Cpu::halt);
        machine.run(100);

        assertEquals(List.of("7f 0 0 +0"), log(machine));
    }

    @Test
    void vmgexitBelongsToVmpl0() {
        Machine machine = machine(cpu -> {
            cpu.vmgexit();
            cpu.halt();
        });
        machine.run(100);

        assertEquals(List.of("403 0 0 +4", "78 0 0 +1"), log(machine));
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

        assertEquals(List.of("60 0 0 +0"), log(machine));
    }

    @Test
    void withoutASaveAreaNothingRuns() {
        Machine machine = machine(Cpu::halt);
        machine.partition().state().saveAreas.remove(OWN_AREA);
        Vp vp = machine.vp(0);
        vp.cpu().writeMsr(Msr.GHCB, GhcbMsr.runVmpl(2));
        vp.cpu().vmgexit();
        assertEquals(1L << 32 | GhcbMsr.RUN_VMPL_RESPONSE, vp.cpu().readMsr(Msr.GHCB));
        vp.cpu().writeMsr(Msr.GHCB, GhcbMsr.runVmpl(0));
        vp.cpu().vmgexit();
        assertEquals(1L << 32 | GhcbMsr.RUN_VMPL_RESPONSE, vp.cpu().readMsr(Msr.GHCB));
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
        assertEquals(0x21, new Vmsa(machine.physicalMemory(), AREA).get(Gpr.R13));
    }
}
