package dev.igvmtool.machine.vp;

import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.snp.RmpAdjust;
import dev.igvmtool.abi.snp.SevFeatures;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.abi.x64.Vector;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Snapshot;
import dev.igvmtool.machine.TestMachines;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.memory.GpaFault;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.partition.Isolation;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SnpInstructionsTest {
    private static final long C_BIT = TestMachines.C_BIT;
    private static final long FREE = 0x80_0000;
    private static final long FREE_ENTRY = TestMachines.PAGE_TABLES + 0x2000 + (FREE >>> 21) * 8;

    private final Machine machine = running(config().isolation(Isolation.SNP).build(), program(1, Cpu::halt));
    private final Vp vp = machine.vp(0);

    @BeforeEach
    void mapAllAsPrivateAndLeaveTheUpperHalfUnaccepted() {
        TestMachines.mapAllAsPrivate(machine.physicalMemory());
        machine.partition().memory().setPageState(FREE >>> 12, TestMachines.RAM_BYTES >>> 12, PageState.UNACCEPTED);
    }

    private long pvalidate(long gva, boolean large, boolean validate) {
        vp.set(Gpr.RAX, gva);
        vp.set(Gpr.RCX, large ? 1 : 0);
        vp.set(Gpr.RDX, validate ? 1 : 0);
        vp.cpu().pvalidate();
        return vp.get(Gpr.RAX);
    }

    private long ask(long request) {
        vp.cpu().writeMsr(0xc001_0130, request);
        vp.cpu().vmgexit();
        return vp.cpu().readMsr(0xc001_0130);
    }

    private boolean carry() {
        return (vp.cpu().rflags() & 1) != 0;
    }

    private PageState state(long gpa) {
        return machine.partition().memory().pageState(gpa >>> 12);
    }

    @Test
    void aPageThatIsNotValidatedIsVc() {
        GuestException e = assertThrows(GuestException.class, () -> vp.memory().readU8(FREE));

        assertEquals(Vector.VMM_COMMUNICATION, e.vector());
        assertEquals(0x404, e.errorCode());
    }

    @Test
    void aValidatedPageCanBeUsed() {
        assertEquals(0, pvalidate(FREE, false, true));
        assertEquals(false, carry());

        vp.memory().writeU8(FREE, 7);
        assertEquals(7, vp.memory().readU8(FREE));
        assertThrows(GuestException.class, () -> vp.memory().readU8(FREE + 0x1000));
    }

    @Test
    void carryTellsThatNothingHadToBeChanged() {
        pvalidate(FREE, true, true);
        assertEquals(false, carry());
        assertEquals(0, pvalidate(FREE, true, true));
        assertEquals(true, carry());
        assertEquals(0, pvalidate(FREE, true, false));
        assertEquals(false, carry());
        assertThrows(GuestException.class, () -> vp.memory().readU8(FREE));
    }

    @Test
    void aLargePageOfSeveralStatesIsASizeMismatch() {
        pvalidate(FREE + 0x3000, false, true);

        assertEquals(6, pvalidate(FREE, true, true));
        assertEquals(PageState.UNACCEPTED, state(FREE));
    }

    @Test
    void aLargePageMustBeAligned() {
        assertEquals(1, pvalidate(FREE + 0x1000, true, true));
    }

    @Test
    void aPageMappedAsSharedCannotBeValidated() {
        machine.physicalMemory().writeU64(FREE_ENTRY, machine.physicalMemory().readU64(FREE_ENTRY) & ~C_BIT);

        assertEquals(1, pvalidate(FREE, false, true));
    }

    @Test
    void pageStateChangesThroughTheMsrProtocolLoseTheContent() {
        pvalidate(FREE, false, true);
        vp.memory().writeU8(FREE, 7);

        assertEquals(0x15, ask(2L << 52 | FREE | 0x14));
        assertEquals(PageState.SHARED, state(FREE));
        assertEquals(0, machine.physicalMemory().readU8(FREE));
        assertThrows(GpaFault.class, () -> vp.memory().readU8(FREE)); // still mapped as private

        machine.physicalMemory().writeU64(FREE_ENTRY, machine.physicalMemory().readU64(FREE_ENTRY) & ~C_BIT);
        vp.memory().writeU8(FREE, 9);
        assertEquals(0x15, ask(1L << 52 | FREE | 0x14));
        assertEquals(PageState.UNACCEPTED, state(FREE));
        assertEquals(0, machine.physicalMemory().readU8(FREE));
    }

    @Test
    void theHostRefusesAStateItDoesNotKnow() {
        assertEquals(0x1_0000_0015L, ask(7L << 52 | FREE | 0x14));
        assertEquals(0x1_0000_0015L, ask(1L << 52 | 0x4000_0000L | 0x14));
    }

    @Test
    void aSharedPageCannotBeValidated() {
        ask(2L << 52 | FREE | 0x14);

        assertThrows(GpaFault.class, () -> pvalidate(FREE, false, true));
    }

    @Test
    void theHypervisorAnswersCpuidAndItsVersion() {
        assertEquals(0xa1_0f11L << 32 | 0x005, ask(1L << 32 | 0x004));
        assertEquals(0x0002_0002_3300_0001L, ask(0x002));
        assertEquals(FREE | 0x013, ask(FREE | 0x012));
        assertEquals(0x23_081L, ask(0x080));
    }

    private long rmpadjust(long gva, boolean large, int vmpl, long permissions) {
        vp.set(Gpr.RAX, gva);
        vp.set(Gpr.RCX, large ? 1 : 0);
        vp.set(Gpr.RDX, vmpl | permissions);
        vp.cpu().rmpadjust();
        return vp.get(Gpr.RAX);
    }

    private int allowed(int vtl, long gpa) {
        return machine.partition().memory().allowed(vtl, gpa >>> 12);
    }

    @Test
    void rmpadjustLetsOnlyOneVmplUseAPage() {
        pvalidate(FREE, true, true);
        assertEquals(GpaProtection.NONE, allowed(0, FREE));

        assertEquals(0, rmpadjust(FREE, false, 2, RmpAdjust.READ | RmpAdjust.USER_EXECUTE));
        assertEquals(GpaProtection.READ | GpaProtection.USER_EXECUTE, allowed(0, FREE));
        assertEquals(GpaProtection.NONE, allowed(0, FREE + 0x1000));
        assertEquals(GpaProtection.NONE, allowed(1, FREE));

        assertEquals(0, rmpadjust(FREE, true, 1, RmpAdjust.ALL));
        assertEquals(GpaProtection.ALL, allowed(1, FREE + 0x1f_f000));
    }

    @Test
    void permissionsGoWithThePage() {
        pvalidate(FREE, false, true);
        rmpadjust(FREE, false, 2, RmpAdjust.ALL);

        pvalidate(FREE, false, false);
        pvalidate(FREE, false, true);
        assertEquals(GpaProtection.NONE, allowed(0, FREE));
    }

    @Test
    void rmpadjustTakesOnlyLowerVmplsAndValidatedPages() {
        assertEquals(
                0x404,
                assertThrows(GuestException.class, () -> rmpadjust(FREE, false, 1, RmpAdjust.ALL))
                        .errorCode());
        pvalidate(FREE, false, true);

        assertEquals(2, rmpadjust(FREE, false, 0, RmpAdjust.ALL));
        assertEquals(1, rmpadjust(FREE, false, 4, RmpAdjust.ALL));
        assertEquals(6, rmpadjust(FREE, true, 1, RmpAdjust.ALL));
        assertEquals(1, rmpadjust(FREE + 0x800, false, 1, RmpAdjust.ALL));
    }

    @Test
    void rmpadjustMarksSaveAreas() {
        pvalidate(FREE, true, true);

        assertEquals(0, rmpadjust(FREE + 0x3000, false, 1, RmpAdjust.VMSA));
        assertEquals(Set.of(FREE + 0x3000), machine.partition().state().saveAreas);
        Snapshot marked = machine.snapshot();
        assertEquals(1, rmpadjust(FREE, true, 1, RmpAdjust.VMSA));
        assertEquals(0, rmpadjust(FREE, true, 1, RmpAdjust.ALL));
        assertEquals(Set.of(), machine.partition().state().saveAreas);

        machine.restore(marked);
        assertEquals(Set.of(FREE + 0x3000), machine.partition().state().saveAreas);
    }

    @Test
    void whatTheHostDoesNotServeEndsTheVp() {
        ask(FREE);

        assertEquals(RunState.STOPPED, vp.runState());
    }

    @Test
    void theProcessorTellsWhatSevDoes() {
        assertEquals(7, vp.cpu().readMsr(Msr.SEV_STATUS));

        new Vmsa(machine.physicalMemory(), 0x60_0000)
                .set(Vmsa.SEV_FEATURES, SevFeatures.SNP_ACTIVE | SevFeatures.DEBUG_SWAP);
        vp.mutableState().active().vmsa = 0x60_0000;
        assertEquals(0x87, vp.cpu().readMsr(Msr.SEV_STATUS));
        assertEquals(0xfee0_0d00L, vp.cpu().readMsr(0x1b), "the APIC is in x2APIC mode");
    }

    @Test
    void registersOfTheHypervisorNeedTheHost() {
        GuestException e = assertThrows(GuestException.class, () -> vp.cpu().readMsr(0x4000_0020));

        assertEquals(Vector.VMM_COMMUNICATION, e.vector());
        assertEquals(0x7c, e.errorCode());
        assertEquals(
                0x7b,
                assertThrows(GuestException.class, () -> vp.cpu().in(0x3fd, 1)).errorCode());
    }

    @Test
    void snapshotsKeepPageStates() {
        Snapshot before = machine.snapshot();
        pvalidate(FREE, false, true);
        machine.restore(before);

        assertThrows(GuestException.class, () -> vp.memory().readU8(FREE));
    }

    @Test
    void elsewhereTheInstructionsDoNotExist() {
        Vp other = running(Cpu::halt).vp(0);

        assertEquals(
                Vector.INVALID_OPCODE,
                assertThrows(GuestException.class, other.cpu()::pvalidate).vector());
        assertEquals(
                Vector.INVALID_OPCODE,
                assertThrows(GuestException.class, other.cpu()::vmgexit).vector());
        assertEquals(
                Vector.INVALID_OPCODE,
                assertThrows(GuestException.class, other.cpu()::rmpadjust).vector());
        assertThrows(GuestException.class, () -> other.cpu().readMsr(0xc001_0130));
    }
}
