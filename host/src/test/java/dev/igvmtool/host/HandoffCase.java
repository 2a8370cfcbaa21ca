package dev.igvmtool.host;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.host.config.ComPort;
import dev.igvmtool.host.config.HostTreeOptions;
import dev.igvmtool.host.config.Mmio;
import dev.igvmtool.host.config.Processor;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.VmConfigBuilder;
import dev.igvmtool.host.config.Vtl2Base;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** One host configuration of the reference data, with what the image of the case requires. */
public record HandoffCase(Path folder, JsonNode json) {
    private static final Pattern MAP_LINE = Pattern.compile("\\s*([0-9a-f]{16}) - ([0-9a-f]{16}) \\(.*\\) (.*)");

    /** All cases, sorted by name. */
    public static List<HandoffCase> all() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        List<HandoffCase> cases = new ArrayList<>();
        try (Stream<Path> folders = Files.list(SharedTestData.require("handoff/cases"))) {
            for (Path folder : folders.sorted().toList()) {
                cases.add(new HandoffCase(
                        folder, mapper.readTree(folder.resolve("config.json").toFile())));
            }
        }
        return cases;
    }

    /** True for trees that were made by hand, not by the rules. */
    public boolean exotic() {
        return json.path("host_tree").path("exotic").asBoolean();
    }

    /** False if the area of the device tree stays zero. */
    public boolean hasTree() {
        return !json.path("no_device_tree").asBoolean();
    }

    /** A file of the case. */
    public Bytes file(String name) throws IOException {
        return Bytes.wrap(Files.readAllBytes(folder.resolve(name)));
    }

    /** Ranges of the image map whose line ends with {@code label}, as the file has them. */
    public List<GpaRange> mapped(String label) throws IOException {
        List<GpaRange> ranges = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("image.map"))) {
            Matcher matcher = MAP_LINE.matcher(line);
            if (matcher.matches() && matcher.group(3).equals(label)) {
                ranges.add(new GpaRange(
                        Long.parseUnsignedLong(matcher.group(1), 16), Long.parseUnsignedLong(matcher.group(2), 16)));
            }
        }
        return ranges;
    }

    /** The parts of the configuration that decide about the tree. */
    public VmConfig config() {
        VmConfigBuilder builder = VmConfig.builder()
                .isolation(Isolation.valueOf(json.get("isolation").asText().toUpperCase(Locale.ROOT)))
                .processors(stream(json.get("processors"))
                        .map(p -> new Processor(
                                p.get("apic_id").asInt(), p.get("node").asInt()))
                        .toList())
                .ram(stream(json.get("ram"))
                        .map(r -> new RamRange(range(r), r.get("node").asInt()))
                        .toList())
                .vtl2Base(vtl2Base(json.get("vtl2_base")))
                .mmio(new Mmio(optionalRange("chipset_low"), optionalRange("chipset_high"), optionalRange("vtl2")))
                .com(com())
                .commandLine(json.get("command_line").asText())
                .vmbusRedirect(json.get("vmbus_redirect").asBoolean())
                .entropy(Bytes.fromHex(json.get("entropy").asText()))
                .hostTree(hostTree(json.get("host_tree")));
        if (json.hasNonNull("vtl2_protectable_override")) {
            builder.vtl2ProtectableOverride(stream(json.get("vtl2_protectable_override"))
                    .map(HandoffCase::range)
                    .toList());
        }
        return builder.build();
    }

    private Optional<GpaRange> optionalRange(String name) {
        JsonNode node = json.get("mmio").get(name);
        return node.isNull() ? Optional.empty() : Optional.of(range(node));
    }

    private Optional<ComPort> com() {
        JsonNode com = json.get("com");
        return com.isNull()
                ? Optional.empty()
                : Optional.of(new ComPort(
                        com.get("port").asInt(),
                        com.get("irq").asInt(),
                        com.get("baud").asInt()));
    }

    private static HostTreeOptions hostTree(JsonNode node) {
        HostTreeOptions usual = HostTreeOptions.OPENVMM;
        return new HostTreeOptions(
                node.path("pio_bus_name").asText(usual.pioBusName()),
                node.path("pio_bus_size_cells").asInt(usual.pioBusSizeCells()),
                node.path("keep_alive").asBoolean(true),
                node.has("total-pages")
                        ? OptionalLong.of(node.get("total-pages").asLong())
                        : OptionalLong.empty(),
                node.has("vtl0-alias-map") ? OptionalLong.of(hex(node.get("vtl0-alias-map"))) : OptionalLong.empty());
    }

    private static Vtl2Base vtl2Base(JsonNode node) {
        String mode = node.get("mode").asText();
        OptionalLong size = node.has("size") ? OptionalLong.of(hex(node.get("size"))) : OptionalLong.empty();
        return switch (mode) {
            case "file" -> new Vtl2Base.File();
            case "absolute" -> new Vtl2Base.Absolute(hex(node.get("address")));
            case "memory-layout" -> new Vtl2Base.MemoryLayout(OptionalLong.of(hex(node.get("address"))), size);
            case "vtl2-allocate" ->
                new Vtl2Base.Vtl2Allocate(
                        size,
                        node.has("mmio_size") ? hex(node.get("mmio_size")) : Vtl2Base.Vtl2Allocate.DEFAULT_MMIO_SIZE);
            default -> throw new AssertionError("mode " + mode);
        };
    }

    private static GpaRange range(JsonNode node) {
        return GpaRange.ofSize(hex(node.get("start")), hex(node.get("size")));
    }

    private static long hex(JsonNode node) {
        return Long.parseUnsignedLong(node.asText().substring(2), 16);
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    @Override
    public String toString() {
        return folder.getFileName().toString();
    }
}
