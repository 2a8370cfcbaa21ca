package dev.igvmtool.bootshim;

import com.fasterxml.jackson.databind.JsonNode;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.paravisor.CommandLinePage;
import dev.igvmtool.abi.paravisor.ImportedRegion;
import dev.igvmtool.abi.paravisor.ImportedRegions;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.bootshim.plan.CaseInputs;
import dev.igvmtool.bootshim.plan.ShimImage;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.bus.CountingClock;
import dev.igvmtool.machine.bus.Serial;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.partition.PartitionConfig;
import dev.igvmtool.machine.partition.VpTopology;
import dev.igvmtool.testing.HandoffCase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * A machine of one case, in the state in which the host starts the shim. Only what the shim reads is placed; the
 * loading of real images is the host's affair.
 */
final class ShimMachine {
    private static final long IDENTITY =
            PageTableEntry.PRESENT | PageTableEntry.WRITABLE | PageTableEntry.ACCESSED | PageTableEntry.DIRTY;

    final HandoffCase golden;
    final ShimImage image;
    final Machine machine;
    final Serial serial = new Serial(Serial.COM3);
    final List<MachineEvent> events = new ArrayList<>();

    ShimMachine(HandoffCase golden) {
        this(golden, true);
    }

    ShimMachine(HandoffCase golden, boolean sidecarSucceeds) {
        this.golden = golden;
        this.image = CaseInputs.image(golden);
        Bytes output = golden.has("expected/sidecar-output.bin")
                ? golden.bytes("expected/sidecar-output.bin")
                : Bytes.zeros(4096);
        StandInSidecar sidecar = new StandInSidecar(output, sidecarSucceeds);
        BootShim shim = new BootShim();
        machine = new Machine(config(golden), new Programs(List.of(shim, sidecar)));
        PhysicalMemory memory = machine.physicalMemory();
        memory.writeBytes(image.shimBase() + shim.layout().entryOffset(), StageImage.slots(shim));
        if (!image.sidecar().isEmpty()) {
            memory.writeBytes(image.sidecarEntry(), StageImage.slots(sidecar));
        }
        place(memory);
        machine.ports().add(serial);
        machine.observe(event -> {
            if (!(event instanceof MachineEvent.MemoryRead) && !(event instanceof MachineEvent.MemoryWrite)) {
                events.add(event);
            }
        });
        start();
    }

    private static PartitionConfig config(HandoffCase golden) {
        JsonNode config = golden.config();
        List<GpaRange> ram = new ArrayList<>();
        config.get("ram")
                .forEach(range -> ram.add(
                        GpaRange.ofSize(HandoffCase.hex(range.get("start")), HandoffCase.hex(range.get("size")))));
        JsonNode base = config.get("vtl2_base");
        if (base.get("mode").asText().equals("memory-layout")) {
            ram.add(GpaRange.ofSize(HandoffCase.hex(base.get("address")), HandoffCase.hex(base.get("size"))));
        }
        Map<Integer, Integer> answers = new HashMap<>();
        if (config.has("vp_index_answer")) {
            config.get("vp_index_answer")
                    .properties()
                    .forEach(e -> answers.put(
                            Integer.parseInt(e.getKey()), e.getValue().asInt()));
        }
        JsonNode time = config.get("reference_time");
        CountingClock.Sequence sequence = new CountingClock.Sequence(
                time.get("first").asLong(), time.get("step").asLong());
        return PartitionConfig.builder()
                .isolation(Isolation.valueOf(CaseInputs.isolation(golden).name()))
                .vps(StreamSupport.stream(config.get("processors").spliterator(), false)
                        .map(vp -> new VpTopology(
                                vp.get("apic_id").asInt(), vp.get("node").asInt()))
                        .toList())
                .ram(ram)
                .highestVtl(config.get("active_vtl").asInt())
                .physicalAddressBits(config.get("physical_address_bits").asInt())
                .x2apic(config.get("x2apic").asBoolean())
                .vtl0AliasMapAvailable(config.get("vtl0_alias_map_available").asBoolean())
                .vpIndexAnswers(answers)
                .clock(new CountingClock(sequence, sequence))
                .build();
    }

    private void place(PhysicalMemory memory) {
        memory.write(ShimParams.CODEC, at("underhill-shim-params"), image.params());
        memory.write(CommandLinePage.CODEC, image.commandLinePage(), CaseInputs.commandLinePage(golden));
        memory.writeBytes(image.deviceTree().start(), CaseInputs.deviceTreeArea(golden));
        List<ImportedRegion> regions = CaseInputs.imported(golden).stream()
                .map(region -> ImportedRegion.of(
                        region.range().start() >>> 12, region.range().size() >>> 12, region.accepted()))
                .toList();
        memory.writeBytes(
                image.parameterPage(ParameterRegion.IMPORTED_REGIONS_PAGE),
                new ImportedRegions(Bytes.zeros(48), regions).toBytes());
        Bytes initrd = golden.resource("underhill_initrd");
        memory.writeBytes(image.initrd().start(), initrd);
        if (golden.config().has("corrupt_initrd")) {
            long damaged = image.initrd().start() + 5;
            memory.writeU8(damaged, memory.readU8(damaged) ^ 1 << 6);
        }
        if (golden.has("persisted-header.bin")) {
            long region = image.persistedStateRegion().start();
            memory.writeBytes(region, golden.bytes("persisted-header.bin"));
            memory.writeBytes(region + 0x1000, golden.bytes("persisted-payload.bin"));
        }
        long root = at("underhill-page-tables");
        long directory = root + 0x1000;
        memory.writeU64(root, directory | PageTableEntry.PRESENT | PageTableEntry.WRITABLE);
        for (int i = 0; i < 512; i++) {
            memory.writeU64(directory + i * 8L, (long) i << 30 | IDENTITY | PageTableEntry.LARGE);
        }
    }

    /** Where a part of the image stands, as the host placed it. */
    private long at(String tag) {
        return CaseInputs.span(golden, tag).start() + CaseInputs.move(golden);
    }

    private void start() {
        SegmentValue code = new SegmentValue(0, 0xffff_ffffL, 0x10, 0xa09b);
        SegmentValue data = new SegmentValue(0, 0xffff_ffffL, 0x18, 0xc093);
        InitialVpContext context = new InitialVpContext(
                image.shimBase() + ShimLayout.IMAGE.entryOffset(),
                0,
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
                new TableValue(0x1f, at("underhill-gdt")),
                0xd00,
                0x8000_0021L,
                at("underhill-page-tables"),
                0x4_0060,
                0x0007_0406_0007_0406L);
        int vtl = golden.config().get("active_vtl").asInt();
        if (!machine.vp(0).state().hasVtl(vtl)) {
            machine.vp(0).enableVtl(vtl);
        }
        machine.vp(0).start(vtl, context, -1);
        machine.vp(0).set(Gpr.RSI, at("underhill-shim-params") - image.shimBase());
    }

    /** Runs until the kernel is about to start, or nothing runs any more. */
    boolean reachesKernel() {
        machine.run(200, m -> m.vp(0).rip() == image.kernelEntry());
        return machine.vp(0).rip() == image.kernelEntry();
    }

    /** The text in the log buffer. */
    String log() {
        long buffer = image.logBuffer().start();
        PhysicalMemory memory = machine.physicalMemory();
        return memory.readBytes(buffer + 6, memory.readU16(buffer + 2)).toUtf8();
    }
}
