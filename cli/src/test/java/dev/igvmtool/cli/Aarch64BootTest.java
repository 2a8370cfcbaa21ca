package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.bootshim.ArmBootShim;
import dev.igvmtool.bootshim.ShimPlacement;
import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.cli.boot.Boot;
import dev.igvmtool.cli.boot.BootOptions;
import dev.igvmtool.cli.boot.BootOutcome;
import dev.igvmtool.cli.boot.Handoff;
import dev.igvmtool.cli.boot.StageOverlays;
import dev.igvmtool.cli.boot.TimelineEvent;
import dev.igvmtool.debugger.view.ShimImage;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.ArmMachine;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.devicetree.binding.GicEntry;
import dev.igvmtool.devicetree.check.TreeChecker;
import dev.igvmtool.devicetree.check.TreeKind;
import dev.igvmtool.devicetree.lint.Levels;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.host.config.Aarch64Devices;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.VmConfigBuilder;
import dev.igvmtool.host.config.Vtl2Base;
import dev.igvmtool.machine.guest.Slot;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images for AArch64: boot shim and kernel, from the host to the kernel's end. */
class Aarch64BootTest {
    private static final String RELEASE = "openhcl-aarch64-release";
    private static final List<String> SHIM_EVENTS = List.of(
            "S03", "S01", "S02", "S03", "S04", "S05", "S06", "S08", "S09", "S10", "S11", "S12", "S13", "S14", "S15",
            "S16a", "S17", "S18", "S20", "S21", "S22", "S23", "S31", "S35", "S36", "S37", "S39", "S40", "S41", "S42",
            "S43", "S45", "S46", "K01", "K02", "K03");

    @TempDir
    Path folder;

    private static VmConfigBuilder config(int vps) {
        return VmConfig.builder().topology(vps, 1L << 30, 1);
    }

    private static Boot golden(String name, VmConfig config) throws IOException {
        Path image = SharedTestData.require("golden/cases/" + name + "/expected/" + name + ".bin");
        BootOptions options = new BootOptions(StageOverlays.STAGES, Optional.empty(), 100_000);
        return new Boot(IgvmReader.read(image), config, options, List.of(), Optional.empty());
    }

    private static String reason(BootOutcome outcome) {
        return outcome.failure().orElseThrow().reason();
    }

    private static Map<String, Long> registers(Handoff handoff) {
        return handoff.registers().stream().collect(Collectors.toMap(Handoff.Register::name, Handoff.Register::value));
    }

    @Test
    void theSampleShowsItsStages() {
        Outcome outcome = TestConsole.run(
                "boot", Samples.folder("openhcl-arm64").toString(), "--vps", "2", "--dump", "kernel-log=-");
        assertEquals(0, outcome.status(), outcome.err());
        for (String part : List.of(
                "boot-shim-arm64 (VTL 2)",
                "msr VBAR_EL1 0x",
                "msr CPACR_EL1 0x330000",
                "hypercall EnableVpVtl",
                "msr SCTLR_EL1 0x30d01804",
                "starts VP 1 in VTL 2",
                "registers at the kernel's entry: PC 0x8200000, X0 0x",
                "CPU1: Booted secondary processor 0x0000000001",
                "result: kernel-finished")) {
            assertTrue(outcome.out().contains(part), part + " is not in " + outcome.out());
        }
    }

    @Test
    void jsonNamesRegistersAsTheyAreThere() throws IOException {
        Outcome outcome =
                TestConsole.run("boot", Samples.folder("openhcl-arm64").toString(), "--json");
        assertEquals(0, outcome.status(), outcome.err());
        JsonNode json = new ObjectMapper().readTree(outcome.out());
        assertEquals("kernel-finished", json.get("result").textValue());
        JsonNode last = json.get("events").get(json.get("events").size() - 1);
        assertEquals("kernel-stub-arm64", last.get("stage").textValue());
        assertTrue(last.has("pc") && !last.has("rip"));
        JsonNode handoff = json.get("handoff");
        assertEquals("0x8200000", handoff.get("pc").textValue());
        assertEquals(handoff.get("kernelTreeGpa"), handoff.get("x0"));
        assertEquals("0x0", handoff.get("x1").textValue());
        assertEquals("0x30d01804", handoff.get("sctlr_el1").textValue());
        assertFalse(handoff.has("e820") || handoff.has("bootParamsGpa") || handoff.has("rsi"));
    }

    @Test
    void goldenImagesReachTheEndOfTheKernel() throws IOException {
        for (String name : List.of(RELEASE, "openhcl-aarch64-dev", "aarch64-linux")) {
            for (int vps : new int[] {1, 4, 64}) {
                BootOutcome outcome = golden(name, config(vps).build()).run();
                assertEquals(BootOutcome.Result.KERNEL_FINISHED, outcome.result(), name + ": " + outcome.failure());
                assertEquals(
                        SHIM_EVENTS,
                        outcome.events().stream()
                                .filter(event -> !event.stage().equals(TimelineEvent.HOST))
                                .map(TimelineEvent::id)
                                .toList());
                check(outcome, vps, 0x800_0000);
            }
        }
    }

    @Test
    void aMovedImageBootsAsWell() throws IOException {
        BootOutcome outcome = golden(
                        RELEASE,
                        config(3)
                                .vtl2Base(new Vtl2Base.MemoryLayout(
                                        OptionalLong.of(0x1_2000_0000L), OptionalLong.empty()))
                                .build())
                .run();
        assertEquals(BootOutcome.Result.KERNEL_FINISHED, outcome.result(), () -> outcome.failure()
                .toString());
        check(outcome, 3, 0x1_2000_0000L);
    }

    /** Registers, tree and memory at the hand-over, by linux-handoff 2 and device-tree 2.3. */
    private static void check(BootOutcome outcome, int vps, long base) {
        Handoff handoff = outcome.handoff().orElseThrow();
        Map<String, Long> registers = registers(handoff);
        assertEquals(base + 0x20_0000, registers.get("PC"));
        assertEquals(handoff.kernelTreeGpa(), registers.get("X0"));
        assertEquals(0, registers.get("X0") % 16);
        assertEquals(0, registers.get("X1") | registers.get("X2") | registers.get("X3"));
        assertEquals(0x30d0_1804L, registers.get("SCTLR_EL1"));
        Bytes blob = handoff.kernelTree().orElseThrow();
        TreeChecker.Report report = TreeChecker.check(blob, Optional.empty(), new Levels());
        assertEquals(TreeKind.KERNEL, report.kind());
        assertFalse(report.hasErrors(), report.findings().toString());
        BootTree tree = BootTree.of(Fdt.parse(blob));
        ArmMachine machine = tree.arm().orElseThrow();
        assertEquals(vps, tree.cpus().size());
        assertEquals(GicEntry.standard(vps), machine.gic());
        assertEquals(0x17, machine.pmuInterrupt());
        assertEquals(handoff.commandLine().toUtf8(), machine.bootargs());
        assertTrue(
                machine.bootargs().contains(" acpi=off swiotlb=1,1 console=ttyAMA0,115200 OPENHCL_NVME_KEEP_ALIVE="));
        assertFalse(machine.bootargs().contains("boot_cpus="));
        PhysicalMemory memory = outcome.vm().machine().physicalMemory();
        assertEquals("070701", memory.readBytes(machine.initrd().start(), 6).toUtf8());
        assertTrue(tree.partition().stream()
                .anyMatch(piece -> piece.type() == MemoryVtlType.VTL2_GPA_POOL
                        && tree.reservations().contains(piece.range())));
        GpaRange header = GpaRange.ofSize(base, 0x1000);
        assertEquals(header, tree.reservations().get(0));
        assertEquals(1, outcome.vm().machine().partition().state().vsmPartitionConfig[2] & 1);
    }

    @Test
    void aHostThatTellsOfNoDevicesGetsTheUsualOnes() throws IOException {
        Aarch64Devices none = new Aarch64Devices(Optional.empty(), OptionalLong.empty(), Optional.empty());
        BootOutcome outcome = golden(RELEASE, config(2).aarch64(none).build()).run();
        BootTree tree = BootTree.of(
                Fdt.parse(outcome.handoff().orElseThrow().kernelTree().orElseThrow()));
        assertEquals(GicEntry.standard(2), tree.arm().orElseThrow().gic());
        assertTrue(tree.arm().orElseThrow().pl011().isEmpty());
        assertTrue(tree.arm().orElseThrow().bootargs().contains(" console=ttynull "));
    }

    @Test
    void whatIsFatalToTheShimIsTold() throws IOException {
        BootOutcome corrupt =
                golden(RELEASE, config(1).corruptInitrd(true).build()).run();
        assertEquals(BootOutcome.Result.FAILED, corrupt.result());
        assertTrue(reason(corrupt).contains("CRC-32 of the initrd"), reason(corrupt));
        assertTrue(corrupt.shimLog().orElseThrow().toUtf8().contains("[ERROR] panicked at"));
        BootOutcome treeless =
                golden(RELEASE, config(1).deviceTree(false).build()).run();
        assertTrue(reason(treeless).contains("the host gave no device tree"), reason(treeless));
        BootOutcome disordered =
                golden(RELEASE, config(2).vpIndexAnswers(Map.of(1, 0)).build()).run();
        assertTrue(reason(disordered).contains("processor with MPIDR 0x1 is VP 0"), reason(disordered));
    }

    @Test
    void aGicOfOtherSizesIsFatal() throws IOException {
        Bytes tree = golden(RELEASE, config(2).build()).vm().plan().hostTree().orElseThrow();
        byte[] blob = tree.toByteArray();
        Bytes sizes = Bytes.fromHex("00000000effee0000000000000040000");
        int at = 0;
        while (!tree.slice(at, sizes.size()).equals(sizes)) {
            at += 4;
        }
        blob[at + 13] = 6;
        BootOutcome outcome =
                golden(RELEASE, config(2).givenTree(Bytes.wrap(blob)).build()).run();
        assertTrue(
                reason(outcome).contains("redistributors of the GIC has 0x60000 bytes, expected 0x40000"),
                reason(outcome));
    }

    /** An access to nowhere goes through the vectors of the shim to the crash registers. */
    @Test
    void exceptionsOfTheShimAreTold() throws IOException {
        Boot boot = golden(RELEASE, config(1).build());
        boot.vm().machine().vp(0).mutableState().setX(0, 0x10_0000_0000L);
        BootOutcome outcome = boot.run();
        assertEquals(BootOutcome.Result.FAILED, outcome.result());
        assertTrue(reason(outcome).matches("exception 0x10 at 0x[0-9a-f]+, ESR_EL1 0x9600000[4-7]"), reason(outcome));
    }

    /** The dynamic section that the constants of the shim name, with one relocation, stands in its bss. */
    private static BootOutcome relocated(long type) throws IOException {
        Boot boot = golden(RELEASE, config(1).build());
        ShimImage shim = boot.shim().orElseThrow();
        long section = 0x1d00;
        PhysicalMemory memory = boot.vm().machine().physicalMemory();
        long constants = shim.entry() + (long) new ArmBootShim().steps().size() * Slot.SIZE;
        ShimPlacement usual = memory.read(ShimPlacement.CODEC, constants);
        memory.write(
                ShimPlacement.CODEC,
                constants,
                new ShimPlacement(usual.entryOffset(), usual.early(), usual.late(), section));
        long[] words = {7, section + 0x80, 9, 24, 0x6fff_fff9L, 1, 0, 0};
        for (int i = 0; i < words.length; i++) {
            memory.writeU64(shim.shimBase() + section + 8L * i, words[i]);
        }
        memory.writeU64(shim.shimBase() + section + 0x80, section + 0x100);
        memory.writeU64(shim.shimBase() + section + 0x88, type);
        memory.writeU64(shim.shimBase() + section + 0x90, 0x1234);
        memory.writeU64(shim.shimBase() + section + 0x100, 0);
        return boot.run();
    }

    @Test
    void theShimIsRelocatedAsItsDynamicSectionSays() throws IOException {
        BootOutcome good = relocated(0x403);
        assertEquals(BootOutcome.Result.KERNEL_FINISHED, good.result(), () -> good.failure()
                .toString());
        ShimImage shim = ShimImage.find(golden(RELEASE, config(1).build()).vm().machine())
                .orElseThrow();
        assertEquals(
                shim.shimBase() + 0x1234, good.vm().machine().physicalMemory().readU64(shim.shimBase() + 0x1e00));
        BootOutcome bad = relocated(8);
        assertTrue(reason(bad).matches("exception 0x10 at 0x[0-9a-f]+, ESR_EL1 0xf200ffff"), reason(bad));
    }

    @Test
    void twoRunsAreEqualToTheByte() throws IOException {
        String sample = Samples.folder("openhcl-arm64").toString();
        Path first = folder.resolve("first.jsonl");
        Path second = folder.resolve("second.jsonl");
        TestConsole.run("boot", sample, "--vps", "3", "--quiet", "--trace", first.toString());
        TestConsole.run("boot", sample, "--vps", "3", "--quiet", "--trace", second.toString());
        assertTrue(Files.size(first) > 10_000);
        assertEquals(-1, Files.mismatch(first, second));
    }

    @Test
    void refusesWhatIsNotThereForAarch64() {
        String sample = Samples.folder("openhcl-arm64").toString();
        Outcome isolated = TestConsole.run("boot", sample, "--isolation", "vbs");
        assertEquals(2, isolated.status());
        assertTrue(isolated.err().contains("runs without isolation here, not with VBS"), isolated.err());
        Outcome stage = TestConsole.run("boot", sample, "--stage", "sidecar");
        assertEquals(2, stage.status());
        assertTrue(stage.err().contains("there is no stage sidecar for an image of AARCH64"), stage.err());
        Outcome debug = TestConsole.run("debug", sample, "--batch");
        assertEquals(2, debug.status(), debug.err());
        assertTrue(debug.err().contains("the debugger knows processors of X64"), debug.err());
        Path recording = folder.resolve("run.rec");
        Outcome record = TestConsole.run("boot", sample, "--record", recording.toString());
        assertEquals(2, record.status());
        assertTrue(record.err().contains("only runs of X64 can be recorded"), record.err());
        assertFalse(Files.exists(recording));
        Outcome dump = TestConsole.run("boot", sample, "--quiet", "--dump", "boot-params=-");
        assertEquals(2, dump.status());
        assertTrue(dump.err().contains("the boot left no boot-params to dump"), dump.err());
    }
}
