package dev.igvmtool.bootshim;

import com.fasterxml.jackson.databind.JsonNode;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.host.config.ComPort;
import dev.igvmtool.host.config.CounterSequence;
import dev.igvmtool.host.config.HostTreeOptions;
import dev.igvmtool.host.config.Mmio;
import dev.igvmtool.host.config.PersistedState;
import dev.igvmtool.host.config.Processor;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.VmConfigBuilder;
import dev.igvmtool.host.config.Vtl2Base;
import dev.igvmtool.machine.partition.Isolation;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The configuration of a case, as the host takes it. */
final class CaseVmConfig {
    private CaseVmConfig() {}

    static VmConfig of(HandoffCase golden) {
        JsonNode json = golden.config();
        JsonNode mmio = json.get("mmio");
        JsonNode time = json.get("reference_time");
        VmConfigBuilder builder = VmConfig.builder()
                .isolation(Isolation.valueOf(golden.isolation().name()))
                .processors(stream(json.get("processors"))
                        .map(p -> new Processor(
                                p.get("apic_id").asInt(), p.get("node").asInt()))
                        .toList())
                .ram(stream(json.get("ram"))
                        .map(r -> new RamRange(range(r), r.get("node").asInt()))
                        .toList())
                .vtl2Base(vtl2Base(json.get("vtl2_base")))
                .mmio(new Mmio(optional(mmio, "chipset_low"), optional(mmio, "chipset_high"), optional(mmio, "vtl2")))
                .com(com(json.get("com")))
                .commandLine(json.get("command_line").asText())
                .vmbusRedirect(json.get("vmbus_redirect").asBoolean())
                .entropy(Bytes.fromHex(json.get("entropy").asText()))
                .hostTree(hostTree(json.get("host_tree")))
                .x2apic(json.get("x2apic").asBoolean())
                .physicalAddressBits(json.get("physical_address_bits").asInt())
                .vtl0AliasMapAvailable(json.get("vtl0_alias_map_available").asBoolean())
                .activeVtl(json.get("active_vtl").asInt())
                .referenceTime(new CounterSequence(
                        time.get("first").asLong(), time.get("step").asLong()))
                .vpIndexAnswers(answers(json))
                .deviceTree(!json.has("no_device_tree"))
                .corruptInitrd(json.has("corrupt_initrd"));
        if (json.hasNonNull("vtl2_protectable_override")) {
            builder.vtl2ProtectableOverride(stream(json.get("vtl2_protectable_override"))
                    .map(CaseVmConfig::range)
                    .toList());
        }
        if (golden.has("persisted-header.bin")) {
            builder.persistedState(
                    new PersistedState(golden.bytes("persisted-header.bin"), golden.bytes("persisted-payload.bin")));
        }
        if (json.hasNonNull("tsc")) {
            JsonNode tsc = json.get("tsc");
            builder.tsc(new CounterSequence(
                            tsc.get("first").asLong(), tsc.get("step").asLong()))
                    .tscRatioNumerator(tsc.get("cpuid_15_ebx").asInt());
        }
        if (json.hasNonNull("td_config_flags")) {
            builder.tdConfigFlags(HandoffCase.hex(json.get("td_config_flags")));
        }
        if (json.hasNonNull("slit")) {
            builder.slit(Bytes.fromHex(json.get("slit").asText()));
        }
        if (json.hasNonNull("pptt")) {
            builder.pptt(Bytes.fromHex(json.get("pptt").asText()));
        }
        return builder.build();
    }

    private static Map<Integer, Integer> answers(JsonNode json) {
        Map<Integer, Integer> answers = new HashMap<>();
        if (json.has("vp_index_answer")) {
            json.get("vp_index_answer")
                    .properties()
                    .forEach(e -> answers.put(
                            Integer.parseInt(e.getKey()), e.getValue().asInt()));
        }
        return answers;
    }

    private static Optional<GpaRange> optional(JsonNode parent, String name) {
        JsonNode node = parent.get(name);
        return node.isNull() ? Optional.empty() : Optional.of(range(node));
    }

    private static Optional<ComPort> com(JsonNode com) {
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
                node.has("vtl0-alias-map")
                        ? OptionalLong.of(HandoffCase.hex(node.get("vtl0-alias-map")))
                        : OptionalLong.empty());
    }

    private static Vtl2Base vtl2Base(JsonNode node) {
        OptionalLong size =
                node.has("size") ? OptionalLong.of(HandoffCase.hex(node.get("size"))) : OptionalLong.empty();
        return switch (node.get("mode").asText()) {
            case "file" -> new Vtl2Base.File();
            case "absolute" -> new Vtl2Base.Absolute(HandoffCase.hex(node.get("address")));
            case "memory-layout" ->
                new Vtl2Base.MemoryLayout(OptionalLong.of(HandoffCase.hex(node.get("address"))), size);
            default -> new Vtl2Base.Vtl2Allocate(size, Vtl2Base.Vtl2Allocate.DEFAULT_MMIO_SIZE);
        };
    }

    private static GpaRange range(JsonNode node) {
        return GpaRange.ofSize(HandoffCase.hex(node.get("start")), HandoffCase.hex(node.get("size")));
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
