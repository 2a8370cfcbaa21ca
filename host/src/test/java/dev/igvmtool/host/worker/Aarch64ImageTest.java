package dev.igvmtool.host.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.devicetree.binding.GicEntry;
import dev.igvmtool.devicetree.binding.HostTree;
import dev.igvmtool.devicetree.binding.Pl011Entry;
import dev.igvmtool.devicetree.check.TreeChecker;
import dev.igvmtool.devicetree.check.TreeKind;
import dev.igvmtool.devicetree.lint.Levels;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.host.config.Aarch64Devices;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.VmConfigBuilder;
import dev.igvmtool.host.config.Vtl2Base;
import dev.igvmtool.host.loader.HostStep;
import dev.igvmtool.host.loader.IgvmLoader;
import dev.igvmtool.host.loader.LoadException;
import dev.igvmtool.host.loader.LoadPlan;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.memory.AccessKind;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class Aarch64ImageTest {
    private static final long MIB = 1 << 20;
    private static final long FILE_BASE = 0x800_0000;

    private static IgvmFile image(String name) throws IOException {
        return IgvmReader.read(SharedTestData.require("golden/cases/" + name + "/expected/" + name + ".bin"));
    }

    private static VmConfigBuilder config() {
        return VmConfig.builder().topology(3, 1024 * MIB, 1);
    }

    private static VirtualMachine load(VmConfigBuilder config) throws IOException {
        return VirtualMachine.load(image("openhcl-aarch64-release"), config.build(), Programs.NONE, Optional.empty());
    }

    @Test
    void theBootProcessorStartsWithTheRegistersOfTheImage() throws IOException {
        VirtualMachine vm = load(config());
        assertEquals(Architecture.AARCH64, vm.machine().partition().architecture());
        Vp vp = vm.machine().vp(0);
        assertEquals(2, vp.vtl());
        var arm = vp.state().vtl(2).arm();
        assertEquals(5, arm.pstate);
        assertEquals(0x30d0_1805L, arm.get(SystemRegister.SCTLR_EL1));
        assertEquals(0x5_8080_3511L, arm.get(SystemRegister.TCR_EL1));
        assertEquals(0xffbb_4400L, arm.get(SystemRegister.MAIR_EL1));
        assertEquals(vp.rip(), vm.plan().entry().orElseThrow());
        assertEquals(vp.rip(), vp.memory().translate(vp.rip(), AccessKind.EXECUTE));
        // The payload's entry point is 0x10 bytes into the shim; X0 leads from its base to the parameters.
        ShimParams params = vm.machine()
                .physicalMemory()
                .read(ShimParams.CODEC, vp.rip() - 0x10 + vp.state().x(0));
        assertEquals(FILE_BASE, vp.rip() - 0x10 + params.memoryStartOffset());
        HostStep start = vm.plan().steps().stream()
                .filter(step -> step.id().equals("H08"))
                .findFirst()
                .orElseThrow();
        assertEquals(String.format("8 registers, PC 0x%x", vp.rip()), start.detail());
    }

    @Test
    void theHostTreeSatisfiesTheContractOfTheShim() throws IOException {
        LoadPlan plan = load(config().commandLine("quiet")).plan();
        HostTree tree = HostTree.parse(plan.hostTree().orElseThrow());
        assertEquals(3, tree.cpus().size());
        assertEquals(2, tree.cpus().get(2).hardwareId());
        assertEquals(GicEntry.standard(3), tree.gic().orElseThrow());
        assertEquals(OptionalLong.of(0x17), tree.pmuInterrupt());
        assertEquals(new Pl011Entry(0xeffe_c000L, 1, 115200), tree.pl011().orElseThrow());
        assertEquals("quiet", tree.commandLine());
        assertTrue(tree.com3Speed().isEmpty());
        Bytes blob = plan.hostTree().orElseThrow();
        TreeChecker.Report report = TreeChecker.check(blob, Optional.empty(), new Levels());
        assertEquals(TreeKind.HOST, report.kind());
        assertTrue(!report.hasErrors(), report.findings().toString());
    }

    @Test
    void anOlderHostTellsOfNoDevices() throws IOException {
        Aarch64Devices none = new Aarch64Devices(Optional.empty(), OptionalLong.empty(), Optional.empty());
        HostTree tree =
                HostTree.parse(load(config().aarch64(none)).plan().hostTree().orElseThrow());
        assertTrue(tree.gic().isEmpty());
        assertTrue(tree.pmuInterrupt().isEmpty());
        assertTrue(tree.pl011().isEmpty());
    }

    /** The page walker finds every page of the image at its own address, wherever the image stands. */
    @Test
    void movedTablesMapTheMovedImageOntoItself() throws IOException {
        for (long base : List.of(FILE_BASE, 0x1000_0000L, 0x2_4000_0000L)) {
            VmConfigBuilder config = config().ram(List.of(new RamRange(GpaRange.ofSize(0, 0x2_8000_0000L), 0)))
                    .aarch64(new Aarch64Devices(
                            Optional.of(new Aarch64Devices.Gic(0x3_0000_0000L, 0x3_1000_0000L)),
                            OptionalLong.empty(),
                            Optional.empty()));
            if (base != FILE_BASE) {
                config.vtl2Base(new Vtl2Base.Absolute(base));
            }
            VirtualMachine vm = load(config);
            Vp vp = vm.machine().vp(0);
            assertEquals(base, vm.plan().vtl2Base().orElseThrow());
            assertTrue(vp.rip() >= base && vp.rip() < base + 48 * MIB, Long.toHexString(vp.rip()));
            long used = vp.rip() - 0x10 + vp.state().x(0);
            ShimParams params = vm.machine().physicalMemory().read(ShimParams.CODEC, used);
            long shim = vp.rip() - 0x10;
            for (long at = shim + params.usedStart(); at < shim + params.usedEnd(); at += PhysicalMemory.PAGE_SIZE) {
                assertEquals(at, vp.memory().translate(at, AccessKind.WRITE));
            }
        }
    }

    @Test
    void refusesWhatDoesNotSuit() throws IOException {
        IgvmFile file = image("openhcl-aarch64-dev");
        VmConfig overlapping = config().ram(List.of(new RamRange(GpaRange.ofSize(0, 0x1_0000_0000L), 0)))
                .build();
        LoadException e = assertThrows(LoadException.class, () -> IgvmLoader.plan(file, overlapping));
        assertTrue(e.getMessage().contains("overlaps the interrupt controller"), e.getMessage());
    }
}
