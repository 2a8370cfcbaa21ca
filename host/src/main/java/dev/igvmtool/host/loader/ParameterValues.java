package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.FdtBuildException;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import dev.igvmtool.format.header.ParameterKind;
import dev.igvmtool.host.acpi.Madt;
import dev.igvmtool.host.acpi.Srat;
import dev.igvmtool.host.config.Processor;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.hostile.TreeLies;
import dev.igvmtool.machine.guest.Architecture;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What the host has to say for each kind of parameter. */
final class ParameterValues {
    private static final int PAGE_SHIFT = 12;

    private final Architecture architecture;
    private final VmConfig config;
    private final GuestMemoryMap memoryMap;
    private final Map<ParameterKind, Optional<Bytes>> made = new EnumMap<>(ParameterKind.class);

    ParameterValues(Architecture architecture, VmConfig config, GuestMemoryMap memoryMap) {
        this.architecture = architecture;
        this.config = config;
        this.memoryMap = memoryMap;
    }

    /** The value as bytes; empty if the host has none, and the area stays as it is. */
    Optional<Bytes> value(ParameterKind kind) {
        return made.computeIfAbsent(kind, this::make);
    }

    private Optional<Bytes> make(ParameterKind kind) {
        boolean ofX64 = kind == ParameterKind.SRAT || kind == ParameterKind.MADT;
        if (ofX64 && architecture != Architecture.X64) {
            throw new LoadException("the image asks for the table " + kind + ", which is made for X64 only");
        }
        return switch (kind) {
            case VP_COUNT ->
                Optional.of(new ByteWriter().u32(config.processors().size()).toBytes());
            case SRAT -> Optional.of(srat());
            case MADT ->
                Optional.of(Madt.of(
                        config.processors().stream().mapToInt(Processor::apicId).toArray()));
            case MMIO_RANGES -> Optional.of(mmioRanges());
            case MEMORY_MAP -> Optional.of(memoryMap());
            case COMMAND_LINE -> Optional.of(Bytes.utf8(commandLine() + "\0"));
            case SLIT -> config.slit();
            case PPTT -> config.pptt();
            case DEVICE_TREE -> config.deviceTree() ? Optional.of(deviceTree()) : Optional.empty();
            case ENVIRONMENT_INFO -> Optional.of(new ByteWriter().u32(0).toBytes());
        };
    }

    /** VTL2's own range is not in it: the table is for VTL0. */
    private Bytes srat() {
        Srat srat = new Srat();
        config.processors().forEach(processor -> srat.processor(processor.apicId(), processor.node()));
        config.ram().forEach(range -> srat.memory(range.range(), range.node()));
        return srat.toBytes();
    }

    private String commandLine() {
        String text = config.vtl2Framebuffer().isPresent()
                ? "OPENHCL_FRAMEBUFFER_GPA_BASE="
                        + Long.toUnsignedString(config.vtl2Framebuffer().getAsLong()) + " " + config.commandLine()
                : config.commandLine();
        int nul = text.indexOf('\0');
        if (nul >= 0) {
            throw new LoadException("the command line contains a NUL at byte " + nul);
        }
        return text;
    }

    private Bytes deviceTree() {
        try {
            Bytes tree = config.givenTree()
                    .orElseGet(() -> HostTreeWriter.write(architecture, config, commandLine(), memoryMap));
            return TreeLies.tell(tree, config.lies());
        } catch (FdtBuildException e) {
            throw new LoadException("the device tree cannot be built: " + e.getMessage());
        }
    }

    private Bytes mmioRanges() {
        ByteWriter writer = new ByteWriter();
        pages(writer, config.mmio().chipsetLow().orElse(new GpaRange(0, 0)));
        pages(writer, config.mmio().chipsetHigh().orElse(new GpaRange(0, 0)));
        return writer.toBytes();
    }

    /** {@code IGVM_VHS_MEMORY_MAP_ENTRY}s up to one without pages. */
    private Bytes memoryMap() {
        ByteWriter writer = new ByteWriter();
        for (MemoryEntry entry : memoryMap.entries()) {
            pages(writer, entry.range());
            writer.u16(entry.igvmType()).u16(0).u32(0);
        }
        return writer.zeros(24).toBytes();
    }

    private static void pages(ByteWriter writer, GpaRange range) {
        writer.u64(range.start() >>> PAGE_SHIFT).u64(range.size() >>> PAGE_SHIFT);
    }
}
