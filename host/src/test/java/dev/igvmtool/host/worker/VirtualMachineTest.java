package dev.igvmtool.host.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.abi.snp.CpuidPage;
import dev.igvmtool.abi.snp.SecretsPage;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.host.config.PersistedState;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.VmConfigBuilder;
import dev.igvmtool.host.config.Vtl2Base;
import dev.igvmtool.host.loader.Acceptance;
import dev.igvmtool.host.loader.PageImport;
import dev.igvmtool.host.loader.SnpLaunch;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.vp.RunState;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VirtualMachineTest {
    private static IgvmFile release() throws IOException {
        return IgvmReader.read(
                SharedTestData.require("golden/cases/openhcl-x64-release/expected/openhcl-x64-release.bin"));
    }

    private static VmConfigBuilder config() {
        return VmConfig.builder().topology(3, 1L << 30, 1);
    }

    @Test
    void putsTheBootProcessorAtTheEntryOfTheShim() throws IOException {
        List<MachineEvent> events = new ArrayList<>();

        VirtualMachine vm = VirtualMachine.load(release(), config().build(), Programs.NONE, Optional.of(events::add));

        Vp vp = vm.machine().vp(0);
        assertEquals(2, vp.vtl());
        assertEquals(RunState.RUNNING, vp.runState());
        assertEquals(0x8000_0021L, vp.cpu().get(ControlRegister.CR0));
        assertEquals(0xa09b, vp.cpu().get(SegmentRegister.CS).attributes());
        assertEquals(0x1f, vp.cpu().gdtr().limit());
        assertEquals(RunState.WAITING_FOR_START, vm.machine().vp(1).runState());
        assertEquals("H01", ((MachineEvent.HostStep) events.get(0)).timelineId());
        assertTrue(events.get(events.size() - 1) instanceof MachineEvent.VpStarted);
    }

    private static VirtualMachine confidential(Isolation isolation) throws IOException {
        IgvmFile file = IgvmReader.read(
                SharedTestData.require("golden/cases/openhcl-x64-cvm-release/expected/openhcl-x64-cvm-release.bin"));
        return VirtualMachine.load(file, config().isolation(isolation).build(), Programs.NONE, Optional.empty());
    }

    @Test
    void theFirmwareFillsTheSpecialPagesOfAnSnpGuest() throws IOException {
        VirtualMachine vm = confidential(Isolation.SNP);

        long region = importOf(vm, Acceptance.VP_CONTEXT);
        assertEquals(Set.of(region), vm.machine().partition().state().saveAreas);
        assertEquals(region, vm.machine().vp(0).state().active().vmsa);
        PhysicalMemory memory = vm.machine().physicalMemory();
        CpuidPage cpuid = CpuidPage.read(memory.readBytes(importOf(vm, Acceptance.CPUID), CpuidPage.SIZE));
        assertEquals(
                51 | 1 << 6 | 4 << 12, cpuid.find(0x8000_001f, 0).orElseThrow().ebx());
        assertEquals(2, cpuid.find(0xb, 1).orElseThrow().eax());
        assertTrue(cpuid.find(0x4000_0000, 0).isEmpty());
        Bytes secrets = memory.readBytes(importOf(vm, Acceptance.SECRETS), SecretsPage.SIZE);
        assertEquals(SecretsPage.VERSION, secrets.u32(0));
        assertFalse(secrets.slice(SecretsPage.KEYS, SecretsPage.KEY_BYTES).isZero());
    }

    private static long importOf(VirtualMachine vm, Acceptance acceptance) {
        return vm.plan().imports().stream()
                .filter(pages -> pages.acceptance() == acceptance)
                .findFirst()
                .orElseThrow()
                .gpa();
    }

    @Test
    void anSnpGuestStartsWithItsVmsa() throws IOException {
        VirtualMachine vm = confidential(Isolation.SNP);

        Vp vp = vm.machine().vp(0);
        SnpLaunch launch = vm.plan().snp().orElseThrow();
        assertEquals(196639, launch.policy());
        assertEquals(1, launch.vmsas().size());
        assertTrue(vm.plan().steps().stream().anyMatch(step -> step.id().equals("H02")));
        assertEquals(0x1d00, vp.state().active().efer);
        assertEquals(launch.vmsas().get(0).content().u64(0x178), vp.rip());
        assertEquals(launch.vmsas().get(0).content().u64(0x330), vp.get(Gpr.RSI));
        assertEquals(new SegmentValue(0, 0xffff_ffffL, 0x10, 0xa09b), vp.cpu().get(SegmentRegister.CS));
        assertEquals(new SegmentValue(0, 0xffff_ffffL, 0x18, 0xc093), vp.cpu().get(SegmentRegister.DS));
        assertEquals(0x1f, vp.cpu().gdtr().limit());
        assertPageStates(vm);
    }

    @Test
    void aTdStartsAsItsResetPageSays() throws IOException {
        VirtualMachine vm = confidential(Isolation.TDX);

        Vp vp = vm.machine().vp(0);
        TdxTrampolineContext context =
                vm.machine().physicalMemory().read(TdxTrampolineContext.CODEC, TdxTrampolineContext.GPA);
        assertEquals(context.initialRip(), vp.rip());
        assertEquals(context.rsi(), vp.get(Gpr.RSI));
        assertEquals(context.cr3(), vp.cpu().get(ControlRegister.CR3));
        assertEquals(0xd00, vp.state().active().efer);
        assertEquals(PageState.ACCEPTED, state(vm, TdxTrampolineContext.GPA));
        assertTrue(vm.plan().memoryMap().entries().stream()
                .noneMatch(entry -> entry.range().contains(TdxTrampolineContext.GPA)));
        assertPageStates(vm);
    }

    private static PageState state(VirtualMachine vm, long gpa) {
        return vm.machine().partition().memory().pageState(gpa >>> 12);
    }

    private static void assertPageStates(VirtualMachine vm) {
        int shared = 0;
        for (PageImport pages : vm.plan().imports()) {
            boolean isShared = pages.acceptance() == Acceptance.SHARED;
            shared += isShared ? 1 : 0;
            assertEquals(isShared ? PageState.SHARED : PageState.ACCEPTED, state(vm, pages.gpa()));
        }
        assertTrue(shared > 10);
        assertEquals(PageState.UNACCEPTED, state(vm, 0x800_0000)); // nothing is imported there
        assertEquals(PageState.UNACCEPTED, state(vm, 0x3fff_f000));
    }

    @Test
    void underVbsOnlyWhatIsImportedIsAccepted() throws IOException {
        VirtualMachine vm = confidential(Isolation.VBS);

        assertEquals(PageState.UNACCEPTED, state(vm, 0x800_0000));
        assertEquals(PageState.UNACCEPTED, state(vm, 0x3fff_f000));
        assertEquals(PageState.ACCEPTED, state(vm, 0));
    }

    @Test
    void memoryHoldsTheImage() throws IOException {
        IgvmFile file = release();
        PhysicalMemory memory = VirtualMachine.load(file, config().build(), Programs.NONE, Optional.empty())
                .machine()
                .physicalMemory();
        for (Directive directive : file.directives()) {
            if (directive instanceof PageData page) {
                assertEquals(page.content().paddedTo(4096), memory.readBytes(page.gpa(), 4096));
            }
        }
    }

    @Test
    void theShimReadsItsParametersThroughThePageTablesWhereverItStands() throws IOException {
        for (Vtl2Base base : List.of(new Vtl2Base.File(), new Vtl2Base.Absolute(0x2000_0000))) {
            VirtualMachine vm =
                    VirtualMachine.load(release(), config().vtl2Base(base).build(), Programs.NONE, Optional.empty());
            Vp vp = vm.machine().vp(0);
            // The distance to the shim's base is not in a register; the entry point lies in its first 64 KiB pages.
            long vtl2Base = vm.plan().vtl2Base().orElseThrow();
            boolean found = false;
            for (long shimBase = vp.rip() & -4096; shimBase > vp.rip() - 0x20_0000 && !found; shimBase -= 4096) {
                ShimParams params = vp.memory().read(ShimParams.CODEC, shimBase + vp.get(Gpr.RSI));
                found = shimBase + params.memoryStartOffset() == vtl2Base && params.memorySize() == 0x460_0000;
            }
            assertTrue(found, "with " + base);
        }
    }

    @Test
    void damagesTheInitrdAndPlacesPersistedState() throws IOException {
        VmConfig config = config().corruptInitrd(true)
                .persistedState(new PersistedState(Bytes.fromHex("0102"), Bytes.fromHex("03")))
                .build();
        IgvmFile file = release();

        VirtualMachine vm = VirtualMachine.load(file, config, Programs.NONE, Optional.empty());

        PhysicalMemory memory = vm.machine().physicalMemory();
        assertEquals(0x0201, memory.readU16(0x800_0000));
        assertEquals(3, memory.readU8(0x800_1000));
        int different = 0;
        for (Directive directive : file.directives()) {
            if (directive instanceof PageData page
                    && !page.content().paddedTo(4096).equals(memory.readBytes(page.gpa(), 4096))) {
                assertEquals(page.content().u8(5) ^ 0x40, memory.readU8(page.gpa() + 5));
                different++;
            }
        }
        assertEquals(1, different);
    }
}
