package dev.igvmtool.machine.vp;

import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvSelf;
import dev.igvmtool.abi.snp.Ghcb;
import dev.igvmtool.abi.snp.GhcbMsr;
import dev.igvmtool.abi.snp.RmpAdjust;
import dev.igvmtool.abi.snp.SevFeatures;
import dev.igvmtool.abi.snp.SvmExit;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.TestMachines;
import dev.igvmtool.machine.bus.Serial;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.partition.VpTopology;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GhcbPageExitsTest {
    private static final long PAGE = 0xe0_0000;
    private static final long OUTPUT = 0xe0_1000;
    private static final long FREE = 0x80_0000;
    private static final long AREA = 0x60_0000;
    private static final int MSR_GHCB = 0xc001_0130;

    private final Machine machine = running(
            config().isolation(Isolation.SNP)
                    .vps(List.of(new VpTopology(0, 0), new VpTopology(5, 0)))
                    .build(),
            program(1, Cpu::halt),
            program(2, cpu -> cpu.memory().writeU64(0x7_0000, cpu.get(Gpr.RDI)), Cpu::halt));
    private final Vp vp = machine.vp(0);
    private final Ghcb page = new Ghcb(vp.memory(), PAGE);

    @BeforeEach
    void shareThePage() {
        TestMachines.mapAllAsPrivate(machine.physicalMemory());
        TestMachines.mapAsShared(machine.physicalMemory(), PAGE);
        machine.partition().memory().setPageState(FREE >>> 12, PAGE >>> 12, PageState.UNACCEPTED);
        machine.partition().memory().setPageState(PAGE >>> 12, PAGE + 0x20_0000 >>> 12, PageState.SHARED);
        assertEquals(PAGE | GhcbMsr.REGISTER_GPA_RESPONSE, request(PAGE | GhcbMsr.REGISTER_GPA_REQUEST));
    }

    private long request(long value) {
        vp.cpu().writeMsr(MSR_GHCB, value);
        vp.cpu().vmgexit();
        return vp.cpu().readMsr(MSR_GHCB);
    }

    private void begin() {
        page.clearValid();
        page.setUsage(Ghcb.USAGE_BASE);
    }

    /** Asks what the page says; the low half of the first exit information. */
    private long ask(long code, long info1, long info2) {
        page.set(Ghcb.EXIT_CODE, code);
        page.set(Ghcb.EXIT_INFO_1, info1);
        page.set(Ghcb.EXIT_INFO_2, info2);
        assertEquals(PAGE, request(PAGE));
        return page.get(Ghcb.EXIT_INFO_1) & 0xffff_ffffL;
    }

    private void assertRefused(long reason, long answer) {
        assertEquals(Ghcb.MALFORMED, answer);
        assertEquals(reason, page.get(Ghcb.EXIT_INFO_2));
    }

    @Test
    void cpuidIsTheHosts() {
        begin();
        page.set(Gpr.RAX, 0x4000_0000L);
        page.set(Gpr.RCX, 0);
        assertEquals(Ghcb.DONE, ask(SvmExit.CPUID, 0, 0));

        assertEquals(0x7263_694dL, page.get(Gpr.RBX));
        assertTrue(page.isValid(Gpr.RDX));
        assertFalse(page.isValid(Gpr.RSI));
    }

    @Test
    void cpuidNeedsItsInput() {
        begin();
        page.set(Gpr.RAX, 0);
        assertRefused(Ghcb.MISSING_INPUT, ask(SvmExit.CPUID, 0, 0));
    }

    @Test
    void portsAreReadAndWritten() {
        Serial serial = new Serial(Serial.COM1);
        machine.partition().ports().add(serial);
        begin();
        page.set(Gpr.RAX, 'A');
        assertEquals(Ghcb.DONE, ask(SvmExit.IOIO, SvmExit.ioInfo(Serial.COM1, 1, false), 0));
        assertEquals(Bytes.utf8("A"), serial.text());

        begin();
        assertEquals(Ghcb.DONE, ask(SvmExit.IOIO, SvmExit.ioInfo(Serial.COM1 + 5, 1, true), 0));
        assertEquals(0x60, page.get(Gpr.RAX) & 0x60);

        begin();
        assertRefused(Ghcb.MISSING_INPUT, ask(SvmExit.IOIO, SvmExit.ioInfo(Serial.COM1, 1, false), 0));
        begin();
        page.set(Gpr.RAX, 0);
        assertRefused(
                Ghcb.INVALID_INPUT, ask(SvmExit.IOIO, SvmExit.ioInfo(Serial.COM1, 1, false) | SvmExit.IO_STRING, 0));
    }

    @Test
    void registersOfTheHypervisorAreReadAndWritten() {
        begin();
        page.set(Gpr.RCX, 0x4000_0000L);
        page.set(Gpr.RAX, 0x1234_5678L);
        page.set(Gpr.RDX, 0x8100L);
        assertEquals(Ghcb.DONE, ask(SvmExit.MSR, 1, 0));
        assertEquals(0x8100_1234_5678L, machine.partition().state().guestOsId[2]);

        begin();
        page.set(Gpr.RCX, 0x4000_0000L);
        assertEquals(Ghcb.DONE, ask(SvmExit.MSR, 0, 0));
        assertEquals(0x1234_5678L, page.get(Gpr.RAX));
        assertEquals(0x8100L, page.get(Gpr.RDX));
    }

    @Test
    void aRegisterThatDoesNotExistIsAnException() {
        begin();
        page.set(Gpr.RCX, 0x1234L);
        assertEquals(Ghcb.TAKE_EXCEPTION, ask(SvmExit.MSR, 0, 0));
        assertEquals(0x8000_0b0dL, page.get(Ghcb.EXIT_INFO_2));
    }

    private void entry(int index, long gpa, int operation, boolean large) {
        page.memory()
                .writeU64(
                        PAGE + Ghcb.SHARED_BUFFER + 8 + 8L * index,
                        gpa | (long) operation << 52 | (large ? 1L << 56 : 0));
    }

    private PageState state(long gpa) {
        return machine.partition().memory().pageState(gpa >>> 12);
    }

    @Test
    void listsOfPagesChangeHands() {
        begin();
        page.memory().writeU64(PAGE + Ghcb.SHARED_BUFFER, 1 << 16);
        entry(0, FREE, GhcbMsr.TO_SHARED, false);
        entry(1, FREE + 0x20_0000, GhcbMsr.TO_SHARED, true);
        page.set(Ghcb.SCRATCH, PAGE + Ghcb.SHARED_BUFFER);
        assertEquals(Ghcb.DONE, ask(SvmExit.PAGE_STATE_CHANGE, 0, 0));

        assertEquals(0, page.get(Ghcb.EXIT_INFO_2));
        assertEquals(2, page.memory().readU16(PAGE + Ghcb.SHARED_BUFFER));
        assertEquals(PageState.SHARED, state(FREE));
        assertEquals(PageState.UNACCEPTED, state(FREE + 0x1000));
        assertEquals(PageState.SHARED, state(FREE + 0x3f_f000));
    }

    @Test
    void aListStopsAtTheFirstPageThatIsNone() {
        begin();
        page.memory().writeU64(PAGE + Ghcb.SHARED_BUFFER, 1 << 16);
        entry(0, FREE, GhcbMsr.TO_SHARED, false);
        entry(1, 0x4000_0000L, GhcbMsr.TO_SHARED, false);
        page.set(Ghcb.SCRATCH, PAGE + Ghcb.SHARED_BUFFER);
        ask(SvmExit.PAGE_STATE_CHANGE, 0, 0);

        assertEquals(1L << 32 | 1, page.get(Ghcb.EXIT_INFO_2));
        assertEquals(1, page.memory().readU16(PAGE + Ghcb.SHARED_BUFFER));
    }

    @Test
    void aListMustStandInThePage() {
        begin();
        page.set(Ghcb.SCRATCH, PAGE + 0x1000);
        assertRefused(Ghcb.INVALID_SCRATCH, ask(SvmExit.PAGE_STATE_CHANGE, 0, 0));
        begin();
        page.memory().writeU64(PAGE + Ghcb.SHARED_BUFFER, 0xffffL << 16);
        for (int i = 0; i < 253; i++) {
            entry(i, FREE, GhcbMsr.TO_SHARED, false);
        }
        page.set(Ghcb.SCRATCH, PAGE + Ghcb.SHARED_BUFFER);
        ask(SvmExit.PAGE_STATE_CHANGE, 0, 0);
        assertEquals(1L << 32 | 253, page.get(Ghcb.EXIT_INFO_2));
    }

    private void writeArea(int vmpl) {
        Vmsa area = new Vmsa(machine.physicalMemory(), AREA);
        SaveAreas.save(vp.state(), 2, area);
        area.set(Vmsa.RIP, codeOf(2));
        area.set(Vmsa.EFER, 0x1d00);
        area.set(Gpr.RDI, 0x1234);
        area.setVmpl(vmpl);
        area.set(Vmsa.SEV_FEATURES, SevFeatures.SNP_ACTIVE);
    }

    private void markArea() {
        vp.set(Gpr.RAX, AREA);
        vp.set(Gpr.RCX, 0);
        vp.set(Gpr.RDX, 1 | RmpAdjust.VMSA);
        vp.cpu().rmpadjust();
    }

    private long create(int apicId, int vmpl, int how) {
        begin();
        page.set(Gpr.RAX, SevFeatures.SNP_ACTIVE);
        return ask(SvmExit.AP_CREATION, Ghcb.apCreationInfo(apicId, vmpl, how), AREA);
    }

    @Test
    void anotherProcessorStartsWithTheRegistersOfItsSaveArea() {
        writeArea(0);
        markArea();
        assertEquals(Ghcb.DONE, create(5, 0, Ghcb.AP_CREATE));
        assertEquals(2, machine.vp(1).vtl());
        machine.run(10);

        assertEquals(0x1234, machine.physicalMemory().readU64(0x7_0000));
        assertEquals(RunState.HALTED, machine.vp(1).runState());
    }

    @Test
    void onlyAMarkedSaveAreaOfThatVmplIsTaken() {
        writeArea(0);
        assertRefused(Ghcb.INVALID_INPUT, create(5, 0, Ghcb.AP_CREATE));
        markArea();
        assertRefused(Ghcb.INVALID_INPUT, create(6, 0, Ghcb.AP_CREATE));
        assertRefused(Ghcb.INVALID_INPUT, create(5, 2, Ghcb.AP_CREATE));
        assertRefused(Ghcb.INVALID_INPUT, create(5, 4, Ghcb.AP_CREATE));
        assertRefused(Ghcb.INVALID_INPUT, create(0, 0, Ghcb.AP_CREATE));
        assertRefused(Ghcb.INVALID_INPUT, create(5, 0, 3));
        new Vmsa(machine.physicalMemory(), AREA).set(Vmsa.EFER, 0xd00);
        assertRefused(Ghcb.INVALID_INPUT, create(5, 0, Ghcb.AP_CREATE));
        assertEquals(RunState.WAITING_FOR_START, machine.vp(1).runState());
    }

    @Test
    void hypercallsTakeInputAndResultInThePage() {
        begin();
        page.setUsage(Ghcb.USAGE_HYPERCALL);
        // HvCallGetVpIndexFromApicId: partition, target VTL, then APIC ids.
        page.memory().writeU64(PAGE, HvSelf.PARTITION);
        page.memory().writeU64(PAGE + 8, 0);
        page.memory().writeU32(PAGE + 16, 5);
        page.memory().writeU64(PAGE + Ghcb.HYPERCALL_OUTPUT_GPA, OUTPUT);
        page.memory().writeU64(PAGE + Ghcb.HYPERCALL_CONTROL, 1L << 32 | 0x9a);
        request(PAGE);

        assertEquals(1L << 32, page.memory().readU64(PAGE + Ghcb.HYPERCALL_CONTROL));
        assertEquals(1, page.memory().readU32(OUTPUT));
    }

    @Test
    void aPageThatWasNotRegisteredIsRefused() {
        Ghcb other = new Ghcb(vp.memory(), OUTPUT);
        other.setUsage(Ghcb.USAGE_BASE);
        request(OUTPUT);

        assertEquals(Ghcb.MALFORMED, other.get(Ghcb.EXIT_INFO_1));
        assertEquals(Ghcb.NOT_REGISTERED, other.get(Ghcb.EXIT_INFO_2));
    }

    @Test
    void unknownUsesAndEventsAreRefused() {
        begin();
        assertRefused(Ghcb.INVALID_EVENT, ask(0x1234, 0, 0));
        page.setUsage(Ghcb.USAGE_INVALID);
        assertRefused(Ghcb.INVALID_USAGE, ask(SvmExit.CPUID, 0, 0));
        page.clearValid();
        page.setUsage(Ghcb.USAGE_BASE);
        request(PAGE);
        assertEquals(Ghcb.MISSING_INPUT, page.get(Ghcb.EXIT_INFO_2));
    }

    @Test
    void aPrivatePageEndsTheVp() {
        request(AREA);

        assertEquals(RunState.STOPPED, vp.runState());
        assertEquals("VMGEXIT with a GHCB page at 0x600000, which the host cannot see", vp.state().stopReason);
    }

    @Test
    void theFeaturesAreTold() {
        begin();
        assertEquals(Ghcb.DONE, ask(SvmExit.HYPERVISOR_FEATURES, 0, 0));
        assertEquals(0x23, page.get(Ghcb.EXIT_INFO_2));
    }
}
