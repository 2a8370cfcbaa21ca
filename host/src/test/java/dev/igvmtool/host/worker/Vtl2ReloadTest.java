package dev.igvmtool.host.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.VmConfigBuilder;
import dev.igvmtool.host.config.Vtl2Base;
import dev.igvmtool.host.loader.LoadException;
import dev.igvmtool.host.loader.PageImport;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.vp.RunState;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class Vtl2ReloadTest {
    private static final String RELEASE = "golden/cases/openhcl-x64-release/expected/openhcl-x64-release.bin";

    private static VmConfigBuilder config() {
        return VmConfig.builder().topology(3, 1L << 30, 1);
    }

    private static IgvmFile release() throws IOException {
        return IgvmReader.read(SharedTestData.require(RELEASE));
    }

    @Test
    void theImageIsThereAgainAndAllElseStays() throws IOException {
        List<MachineEvent> events = new ArrayList<>();
        VirtualMachine vm = VirtualMachine.load(release(), config().build(), Programs.NONE, Optional.of(events::add));
        PhysicalMemory memory = vm.machine().physicalMemory();
        long persisted = vm.plan().vtl2Base().orElseThrow();
        for (PageImport pages : vm.plan().imports()) {
            memory.zero(pages.gpa(), pages.content().size());
            memory.writeU64(pages.range().end() - 8, 0xdead);
        }
        memory.writeU64(persisted, 0x1234);
        memory.writeU64(0x1000, 0x5678);
        vm.machine().vp(1).enableVtl(2);
        vm.machine().vp(1).start(2, 0);
        events.clear();

        VirtualMachine reloaded = vm.reloadVtl2(release(), config().build());
        assertEquals(0x1234, memory.readU64(persisted));
        assertEquals(0x5678, memory.readU64(0x1000));
        assertFalse(reloaded.plan().imports().isEmpty());
        for (PageImport pages : reloaded.plan().imports()) {
            Bytes expected = pages.content().paddedTo((int) pages.sizeBytes());
            assertEquals(expected, memory.readBytes(pages.gpa(), (int) pages.sizeBytes()), pages::toString);
        }
        assertEquals(
                reloaded.plan().entry().orElseThrow(), reloaded.machine().vp(0).rip());
        assertEquals(2, reloaded.machine().vp(0).vtl());
        assertEquals(RunState.RUNNING, reloaded.machine().vp(0).runState());
        assertEquals(RunState.WAITING_FOR_START, reloaded.machine().vp(1).runState());
        assertFalse(reloaded.machine().vp(1).state().hasVtl(2));
        assertEquals("V08", ((MachineEvent.HostStep) events.get(0)).timelineId());
        assertEquals("H01", ((MachineEvent.HostStep) events.get(1)).timelineId());
    }

    @Test
    void memoryDoesNotMoveUnderARunningMachine() throws IOException {
        VmConfig low = config().build();
        VirtualMachine vm = VirtualMachine.load(release(), low, Programs.NONE, Optional.empty());
        VmConfig high = config().vtl2Base(new Vtl2Base.Absolute(0x3000_0000)).build();

        LoadException e = assertThrows(LoadException.class, () -> vm.reloadVtl2(release(), high));
        assertTrue(String.valueOf(e.getMessage()).startsWith("VTL2 cannot be reloaded at 0x"), e.getMessage());
        VmConfig more = config().topology(3, 2L << 30, 1).build();
        LoadException map = assertThrows(LoadException.class, () -> vm.reloadVtl2(release(), more));
        assertTrue(String.valueOf(map.getMessage()).contains("memory map"), map.getMessage());
        assertTrue(vm.machine().vp(0).state().hasVtl(2), "nothing has been taken away");
    }

    @Test
    void isolatedMachinesHaveNoChannelAndAreNotReloaded() throws IOException {
        IgvmFile file = IgvmReader.read(
                SharedTestData.require("golden/cases/openhcl-x64-cvm-release/expected/openhcl-x64-cvm-release.bin"));
        VmConfig snp = config().isolation(Isolation.SNP).build();
        VirtualMachine vm = VirtualMachine.load(file, snp, Programs.NONE, Optional.empty());
        assertTrue(vm.channel().isEmpty());
        assertThrows(LoadException.class, () -> vm.reloadVtl2(file, snp));
    }
}
