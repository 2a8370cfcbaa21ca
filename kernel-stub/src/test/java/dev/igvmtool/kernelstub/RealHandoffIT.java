package dev.igvmtool.kernelstub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.CcBlob;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.linux.SetupData;
import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.partition.PartitionConfig;
import dev.igvmtool.machine.partition.VpTopology;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kernel in the place of another one, entered with what the real boot shim leaves: it takes everything over and comes
 * as far as the initrd, which has no first process.
 */
class RealHandoffIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long ALL = 1L << 40;
    private static final long C_BIT = 1L << 51;
    /** SNP: a page that the kernel does not use; the recorded programs had no save area. */
    private static final long SAVE_AREA = ALL - 0x1000;

    private final List<String> steps = new ArrayList<>();

    static List<String> cases() throws IOException {
        try (Stream<Path> folders = Files.list(SharedTestData.require("handoff/cases"))) {
            return folders.filter(folder -> Files.exists(folder.resolve("expected/boot-params.bin")))
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void takesOverWhatTheRealShimLeaves(String name) throws IOException {
        Path folder = SharedTestData.require("handoff/cases").resolve(name);
        Machine machine = machine(folder);
        machine.observe(event -> {
            if (event instanceof MachineEvent.StepRetired step) {
                steps.add(step.step());
            }
        });
        machine.run(200_000, m -> steps.contains("panic-halt"));
        assertTrue(
                steps.contains("load-first-process"),
                () -> "last steps " + steps.subList(Math.max(0, steps.size() - 5), steps.size()) + ", "
                        + machine.vp(0).stopReason());
        assertEquals("panic-halt", steps.get(steps.size() - 1));
        long online = steps.stream().filter("secondary-online"::equals).count() + 1;
        assertEquals(expectedProcessors(folder), online);
    }

    /** Those of the list, and the boot processor even if the list leaves it out, as it may after servicing. */
    private static long expectedProcessors(Path folder) throws IOException {
        BootTree tree = BootTree.of(Fdt.parse(bytes(folder, "kernel-tree.dtb")));
        String line = bytes(folder, "command-line.txt").toUtf8();
        if (!line.contains("boot_cpus=")) {
            return tree.cpus().size();
        }
        Set<String> cpus = new TreeSet<>(List.of("0"));
        cpus.addAll(List.of(line.replaceAll("(?s).*boot_cpus=(\\S*).*", "$1").split(",", -1)));
        return cpus.size();
    }

    private static Machine machine(Path folder) throws IOException {
        JsonNode result = json(folder, "result.json");
        JsonNode registers = json(folder, "entry-registers.json");
        long shim = hex(registers.get("shim_base"));
        Bytes tree = bytes(folder, "kernel-tree.dtb");
        BootParams params = new BootParams(bytes(folder, "boot-params.bin"));
        KernelStub kernel = new KernelStub();
        List<VpTopology> vps = new ArrayList<>();
        BootTree bootTree = BootTree.of(Fdt.parse(tree));
        bootTree.cpus().forEach(cpu -> vps.add(new VpTopology((int) cpu.hardwareId(), (int) cpu.node())));
        Isolation isolation = Isolation.valueOf(bootTree.isolation().name());
        Machine machine = new Machine(
                PartitionConfig.builder()
                        .vps(vps)
                        .isolation(isolation)
                        .ram(List.of(new GpaRange(0, ALL)))
                        .build(),
                new Programs(List.of(kernel)));
        PhysicalMemory memory = machine.physicalMemory();
        long entry = hex(registers.get("rip"));
        memory.writeBytes(entry, StageImage.slots(kernel));
        memory.writeBytes(hex(registers.get("rsi")), params.page());
        memory.writeBytes(
                params.cmdLinePtr(),
                Bytes.utf8(bytes(folder, "command-line.txt").toUtf8() + "\0"));
        Path initrd = SharedTestData.require("golden/payloads/initrd.cpio");
        memory.writeBytes(params.ramdiskImage(), Bytes.wrap(Files.readAllBytes(initrd)));
        writeChain(memory, folder, result.get("setup_data"), shim, tree);
        writeControlPages(memory, folder);
        start(machine, registers, entry, isolation == Isolation.SNP ? C_BIT : 0);
        if (isolation == Isolation.SNP) {
            KernelMachine.prepareSnp(
                    machine, CcBlob.CODEC.read(new ByteReader(bytes(folder, "cc-blob.bin"))), SAVE_AREA);
        } else if (isolation == Isolation.TDX) {
            TrustDomain.prepare(machine);
        }
        return machine;
    }

    private static void writeChain(PhysicalMemory memory, Path folder, JsonNode chain, long shim, Bytes tree)
            throws IOException {
        for (int i = 0; i < chain.size(); i++) {
            JsonNode element = chain.get(i);
            long at = inShim(shim, element.get("at"));
            long next = i + 1 < chain.size() ? inShim(shim, chain.get(i + 1).get("at")) : 0;
            int type = element.get("type").asInt();
            memory.write(
                    SetupData.CODEC,
                    at,
                    new SetupData(next, type, element.get("length").asLong()));
            switch (type) {
                case SetupData.DTB -> memory.writeBytes(at + 16, tree);
                case SetupData.CC_BLOB -> {
                    long blob = inShim(shim, element.get("blob_at"));
                    memory.writeU32(at + 16, blob);
                    memory.writeBytes(blob, bytes(folder, "cc-blob.bin").slice(0, CcBlob.CODEC.size()));
                }
                default -> {
                    JsonNode entries = json(folder, "e820.json");
                    for (int e = BootParams.MAX_E820_ENTRIES; e < entries.size(); e++) {
                        memory.write(
                                E820Entry.CODEC,
                                at + 16 + (e - BootParams.MAX_E820_ENTRIES) * 20L,
                                new E820Entry(
                                        hex(entries.get(e).get("start")),
                                        hex(entries.get(e).get("size")),
                                        entries.get(e).get("type").asInt()));
                    }
                }
            }
        }
    }

    private static void writeControlPages(PhysicalMemory memory, Path folder) throws IOException {
        if (!Files.exists(folder.resolve("expected/sidecar-nodes.json"))) {
            return;
        }
        for (JsonNode node : json(folder, "sidecar-nodes.json")) {
            ControlPage control = new ControlPage(memory, hex(node.get("control_page")));
            control.setIndex(node.get("index").asLong());
            control.setBaseCpu(node.get("base_cpu").asLong());
            control.setCpuCount(node.get("cpu_count").asLong());
        }
    }

    /** Identity tables in the two pages where the file has its own. */
    private static void start(Machine machine, JsonNode registers, long entry, long privateBit) {
        PhysicalMemory memory = machine.physicalMemory();
        long root = hex(registers.get("cr3"));
        long flags = PageTableEntry.PRESENT | PageTableEntry.WRITABLE | privateBit;
        memory.writeU64(root, root + 0x1000 | flags);
        for (int i = 0; i < 512; i++) {
            memory.writeU64(root + 0x1000 + i * 8L, (long) i << 30 | flags | PageTableEntry.LARGE);
        }
        SegmentValue code = new SegmentValue(0, 0xffff_ffffL, 0x10, 0xa09b);
        SegmentValue data = new SegmentValue(0, 0xffff_ffffL, 0x18, 0xc093);
        JsonNode gdtr = registers.get("gdtr");
        machine.vp(0)
                .enableVtl(
                        2,
                        new InitialVpContext(
                                entry,
                                hex(registers.get("rsp")),
                                2,
                                code,
                                data,
                                data,
                                data,
                                data,
                                data,
                                new SegmentValue(0, 0xffff, 0, 0x8b),
                                SegmentValue.NULL,
                                new TableValue(0, 0),
                                new TableValue((int) hex(gdtr.get("limit")), hex(gdtr.get("base"))),
                                0xd00,
                                hex(registers.get("cr0")),
                                root,
                                hex(registers.get("cr4")),
                                0x0007_0406_0007_0406L));
        machine.vp(0).start(2, 0);
        machine.vp(0).set(Gpr.RSI, hex(registers.get("rsi")));
    }

    private static long inShim(long shim, JsonNode text) {
        return shim + Long.decode(text.asText().substring("shim+".length()));
    }

    private static long hex(JsonNode text) {
        return Long.decode(text.asText());
    }

    private static JsonNode json(Path folder, String file) {
        try {
            return JSON.readTree(bytes(folder, file).toUtf8());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Bytes bytes(Path folder, String file) throws IOException {
        return Bytes.wrap(Files.readAllBytes(folder.resolve("expected").resolve(file)));
    }
}
