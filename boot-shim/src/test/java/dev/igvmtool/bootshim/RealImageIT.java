package dev.igvmtool.bootshim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.CcBlob;
import dev.igvmtool.abi.linux.SetupData;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.bootshim.plan.CaseInputs;
import dev.igvmtool.bootshim.plan.ShimImage;
import dev.igvmtool.builder.BuildOptions;
import dev.igvmtool.builder.BuiltImage;
import dev.igvmtool.builder.ImageBuilder;
import dev.igvmtool.builder.load.StageImages;
import dev.igvmtool.builder.manifest.ManifestReader;
import dev.igvmtool.builder.manifest.ResourceKey;
import dev.igvmtool.builder.manifest.ResourceReader;
import dev.igvmtool.builder.manifest.ResourceSource;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.devicetree.source.Dts;
import dev.igvmtool.host.config.file.HostConfigReader;
import dev.igvmtool.host.worker.VirtualMachine;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.sidecar.Sidecar;
import dev.igvmtool.testing.HandoffCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Image built, loaded by the host, shim and sidecar run: what stands in memory at the kernel's entry is what the
 * reference's shim and sidecar left. The images have executables of the reference's shape; the steps are laid over them.
 */
class RealImageIT {
    private static final long MAX_TURNS = 2_000_000;

    /** A partition without VTL2, whose hypervisor yet enables VTL2 for the sidecar; ours does not. */
    private static final String INCONSISTENT_HYPERVISOR = "host-vtl0";

    static Stream<HandoffCase> booting() {
        return HandoffCase.all().stream().filter(c -> c.boots() && !c.name().equals(INCONSISTENT_HYPERVISOR));
    }

    static Stream<HandoffCase> refused() {
        return HandoffCase.all().stream().filter(c -> !c.boots());
    }

    /** A loaded machine, and what happened on it but for memory accesses. */
    private record Loaded(Machine machine, ShimImage image, List<MachineEvent> events) {
        boolean reachesKernel() {
            Vp boot = machine.vp(0);
            machine.run(MAX_TURNS, m -> boot.rip() == image.kernelEntry());
            return boot.rip() == image.kernelEntry();
        }
    }

    private static Loaded load(HandoffCase golden) {
        BuiltImage built = ImageBuilder.build(
                ManifestReader.read(golden.folder().resolve("manifest.json")).manifest(),
                ResourceReader.read(golden.folder().resolve("resources.json")),
                StageImages.none(),
                BuildOptions.NONE);
        assertEquals(golden.bytes("image.map").toUtf8(), built.map());
        List<Program> programs = List.of(new BootShim(), new Sidecar());
        List<MachineEvent> events = new ArrayList<>();
        VirtualMachine vm = VirtualMachine.load(
                built.file(),
                HostConfigReader.read(golden.configFile()).build(),
                new Programs(programs),
                Optional.of(event -> {
                    if (!(event instanceof MachineEvent.MemoryRead) && !(event instanceof MachineEvent.MemoryWrite)) {
                        events.add(event);
                    }
                }));
        ShimImage image = CaseInputs.image(golden);
        PhysicalMemory memory = vm.machine().physicalMemory();
        memory.writeBytes(image.shimBase() + programs.get(0).layout().entryOffset(), StageImage.slots(programs.get(0)));
        if (!image.sidecar().isEmpty()) {
            memory.writeBytes(image.sidecarEntry(), StageImage.slots(programs.get(1)));
        }
        return new Loaded(vm.machine(), image, events);
    }

    @ParameterizedTest
    @MethodSource("booting")
    void leavesTheKernelWhatTheReferenceLeaves(HandoffCase golden) {
        Loaded loaded = load(golden);
        assertTrue(loaded.reachesKernel(), () -> lastEvents(loaded));
        PhysicalMemory memory = loaded.machine.physicalMemory();
        BootParams params = memory.read(BootParams.CODEC, loaded.machine.vp(0).get(Gpr.RSI));
        assertEquals(golden.bytes("expected/boot-params.bin"), params.page());
        Bytes commandLine = golden.bytes("expected/command-line.txt");
        assertEquals(
                commandLine.toUtf8() + "\0",
                memory.readBytes(params.cmdLinePtr(), commandLine.size() + 1).toUtf8());
        Bytes tree = golden.bytes("expected/kernel-tree.dtb");
        Bytes left = memory.readBytes(params.setupData() + SetupData.CODEC.size(), tree.size());
        assertEquals(Dts.decompile(Fdt.parse(tree)), Dts.decompile(Fdt.parse(left)));
        assertEquals(tree, left);
        if (golden.hardwareIsolated()) {
            assertIsolated(golden, loaded, params);
        }
        if (golden.has("expected/sidecar-output.bin")) {
            assertEquals(
                    golden.bytes("expected/sidecar-params.bin"),
                    memory.readBytes(loaded.image.shimBase() + ShimLayout.SIDECAR_PARAMS, 4096));
            assertEquals(
                    golden.bytes("expected/sidecar-output.bin"),
                    memory.readBytes(loaded.image.shimBase() + ShimLayout.SIDECAR_OUTPUT, 4096));
        }
    }

    /** What is special to SNP and TDX, and what the shim asked of platform and host. */
    private static void assertIsolated(HandoffCase golden, Loaded loaded, BootParams params) {
        PhysicalMemory memory = loaded.machine.physicalMemory();
        Vp vp = loaded.machine.vp(0);
        JsonNode registers = golden.json("expected/entry-registers.json");
        assertEquals(HandoffCase.hex(registers.get("rsi")), vp.get(Gpr.RSI));
        assertEquals(HandoffCase.hex(registers.get("efer")), vp.state().active().efer);
        assertEquals(HandoffCase.hex(registers.get("cr0")), vp.cpu().get(ControlRegister.CR0));
        assertEquals(HandoffCase.hex(registers.get("cr3")), vp.cpu().get(ControlRegister.CR3));
        assertEquals(HandoffCase.hex(registers.get("cr4")), vp.cpu().get(ControlRegister.CR4));
        assertEquals(
                HandoffCase.hex(registers.get("gdtr").get("base")),
                vp.cpu().gdtr().base());
        assertEquals(0x1f, vp.cpu().gdtr().limit());
        assertEquals(IsolationOperations.expected(golden), IsolationOperations.of(golden, loaded.events));
        List<String> asked = new ArrayList<>(BootShimTest.events(loaded.events));
        asked.removeIf(event -> event.startsWith("wrmsr 0xc0010130 ") || event.startsWith("wrmsr 0x40000000 "));
        assertEquals(BootShimTest.expectedEvents(golden), asked);
        assertEquals(golden.e820(), params.e820Table());
        if (golden.has("expected/cc-blob.bin")) {
            JsonNode element =
                    golden.json("expected/result.json").get("setup_data").get(1);
            SetupData first = memory.read(SetupData.CODEC, params.setupData());
            SetupData second = memory.read(SetupData.CODEC, first.next());
            assertEquals(
                    "shim+0x" + Long.toHexString(first.next() - loaded.image.shimBase()),
                    element.get("at").asText());
            assertEquals(element.get("type").asInt(), second.type());
            assertEquals(element.get("length").asInt(), second.len());
            assertEquals(0, second.next());
            long blob = memory.readU32(first.next() + SetupData.CODEC.size());
            assertEquals(
                    "shim+0x" + Long.toHexString(blob - loaded.image.shimBase()),
                    element.get("blob_at").asText());
            assertEquals(golden.bytes("expected/cc-blob.bin"), memory.readBytes(blob, CcBlob.CODEC.size()));
        }
        if (golden.has("expected/tdx-ap-tables.bin")) {
            Bytes tables = golden.bytes("expected/tdx-ap-tables.bin");
            long at = HandoffCase.hex(golden.json("expected/result.json").get("tdx_ap_tables"));
            assertEquals(tables, memory.readBytes(at, tables.size()));
            assertEquals(
                    golden.bytes("expected/tdx-trampoline-context.bin"),
                    memory.readBytes(TdxTrampolineContext.GPA, TdxTrampolineContext.CODEC.size()));
        }
    }

    /** The stage images have the shape of the real ones but other segments, so other ranges are launched. */
    @Test
    void theProjectsOwnExecutablesBootTheSame() {
        HandoffCase golden = HandoffCase.all().stream()
                .filter(c -> c.name().equals("none-16vp-2node"))
                .findFirst()
                .orElseThrow();
        Map<String, Program> stages = Map.of("shim", new BootShim(), "sidecar", new Sidecar());
        BuiltImage built = ImageBuilder.build(
                ManifestReader.read(golden.folder().resolve("manifest.json")).manifest(),
                ResourceReader.read(golden.folder().resolve("resources.json"))
                        .with(ResourceKey.OPENHCL_BOOT, new ResourceSource.FromStage("shim"))
                        .with(ResourceKey.UNDERHILL_SIDECAR, new ResourceSource.FromStage("sidecar")),
                stage -> Optional.of(StageImage.elf(stages.get(stage))),
                BuildOptions.NONE);
        Machine machine = VirtualMachine.load(
                        built.file(),
                        HostConfigReader.read(golden.configFile()).build(),
                        new Programs(stages.values()),
                        Optional.empty())
                .machine();
        Loaded loaded = new Loaded(machine, CaseInputs.image(golden), List.of());
        assertTrue(loaded.reachesKernel());
        PhysicalMemory memory = machine.physicalMemory();
        BootParams params = memory.read(BootParams.CODEC, machine.vp(0).get(Gpr.RSI));
        assertEquals(golden.bytes("expected/boot-params.bin"), params.page());
        BootTree expected = BootTree.of(Fdt.parse(golden.bytes("expected/kernel-tree.dtb")));
        BootTree left = BootTree.of(
                Fdt.parse(memory.readBytes(params.setupData() + SetupData.CODEC.size(), BootTree.CAPACITY_BYTES)));
        assertEquals(expected.partition(), left.partition());
        assertEquals(expected.sidecarNodes(), left.sidecarNodes());
        assertEquals(expected.reservations(), left.reservations());
        assertEquals(expected.bootTime(), left.bootTime());
    }

    @ParameterizedTest
    @MethodSource("refused")
    void stopsWhereTheReferenceStops(HandoffCase golden) {
        Loaded loaded = load(golden);
        assertFalse(loaded.reachesKernel());
        JsonNode crash = golden.json("expected/result.json").get("crash");
        boolean told = loaded.events.stream()
                .anyMatch(event -> event instanceof MachineEvent.MsrWrite write
                        && write.number() == 0x4000_0105
                        && write.value() == HandoffCase.hex(crash.get("control")));
        assertTrue(told, () -> lastEvents(loaded));
    }

    private static String lastEvents(Loaded loaded) {
        List<MachineEvent> events = loaded.events;
        StringBuilder text = new StringBuilder();
        events.subList(Math.max(0, events.size() - 12), events.size())
                .forEach(event -> text.append(event).append('\n'));
        return text.toString();
    }
}
