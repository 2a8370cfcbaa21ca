package dev.igvmtool.cli.hostconfig;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
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
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** Reads host configurations. Fields that are absent keep what {@link VmConfig#builder} gives them. */
public final class HostConfigFile {
    private static final int MAX_PROCESSORS = 4096;
    private static final int MAX_APIC_ID = 1 << 20;

    private static final Set<String> FIELDS = known(
            "description",
            "isolation",
            "processors",
            "ram",
            "vtl2_base",
            "vtl2_protectable_override",
            "mmio",
            "com",
            "command_line",
            "vmbus_redirect",
            "entropy",
            "host_tree",
            "slit",
            "pptt",
            "reference_time",
            "tsc",
            "x2apic",
            "physical_address_bits",
            "vtl0_alias_map_available",
            "active_vtl",
            "td_config_flags",
            "vp_index_answer",
            "no_device_tree",
            "corrupt_initrd",
            "persisted_state");

    private static final Set<String> RANGE = known("start", "size");

    private final JsonFields top;

    private HostConfigFile(JsonFields top) {
        this.top = top;
    }

    /** Files beside the configuration: what an earlier run left. */
    public interface Neighbours {
        /** @param name of a file in the folder of the configuration */
        Bytes read(String name) throws IOException;
    }

    /**
     * The configuration in {@code json}.
     *
     * @throws FormatException if it is not JSON, or a field is unknown, missing or has an impossible value
     * @throws IOException if a neighbour cannot be read
     */
    public static VmConfigBuilder read(Bytes json, Neighbours neighbours) throws IOException {
        JsonMapper mapper = JsonMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
        try {
            JsonFields top = JsonFields.of(mapper.readTree(json.toByteArray()), "", FIELDS);
            return new HostConfigFile(top).read(neighbours);
        } catch (JsonProcessingException e) {
            throw new FormatException("not JSON: " + e.getOriginalMessage() + ", in line "
                    + (e.getLocation() == null
                            ? "1"
                            : String.valueOf(e.getLocation().getLineNr())));
        }
    }

    private VmConfigBuilder read(Neighbours neighbours) throws IOException {
        VmConfigBuilder builder = VmConfig.builder();
        top.optionalText("isolation").ifPresent(name -> builder.isolation(isolation(name)));
        top.objects("processors", known("index", "apic_id", "node"))
                .ifPresent(list -> builder.processors(processors(list)));
        top.objects("ram", known("start", "size", "node")).ifPresent(list -> builder.ram(ram(list)));
        vtl2Base().ifPresent(builder::vtl2Base);
        top.objects("vtl2_protectable_override", RANGE)
                .ifPresent(list -> builder.vtl2ProtectableOverride(
                        list.stream().map(JsonFields::range).toList()));
        top.object("mmio", known("chipset_low", "chipset_high", "vtl2")).ifPresent(mmio -> builder.mmio(mmio(mmio)));
        if (top.node().has("com")) {
            builder.com(top.object("com", known("port", "irq", "baud"))
                    .map(com -> new ComPort(com.number("port"), com.number("irq"), com.number("baud"))));
        }
        top.optionalText("command_line").ifPresent(builder::commandLine);
        top.flag("vmbus_redirect").ifPresent(builder::vmbusRedirect);
        top.bytes("entropy").ifPresent(builder::entropy);
        top.object(
                        "host_tree",
                        known("pio_bus_name", "pio_bus_size_cells", "keep_alive", "total-pages", "vtl0-alias-map"))
                .ifPresent(tree -> builder.hostTree(hostTree(tree)));
        top.bytes("slit").ifPresent(builder::slit);
        top.bytes("pptt").ifPresent(builder::pptt);
        hypervisor(builder);
        top.flag("no_device_tree").ifPresent(absent -> builder.deviceTree(!absent));
        top.flag("corrupt_initrd").ifPresent(builder::corruptInitrd);
        if (top.optional("persisted_state").isPresent()) {
            builder.persistedState(new PersistedState(
                    neighbours.read("persisted-header.bin"), neighbours.read("persisted-payload.bin")));
        }
        return builder;
    }

    private void hypervisor(VmConfigBuilder builder) {
        Set<String> sequence = known("first", "step");
        top.object("reference_time", sequence).ifPresent(time -> builder.referenceTime(counter(time)));
        top.object("tsc", known("first", "step", "cpuid_15_ebx")).ifPresent(tsc -> {
            builder.tsc(counter(tsc));
            tsc.optionalNumber("cpuid_15_ebx").ifPresent(ebx -> builder.tscRatioNumerator(ebx.intValue()));
        });
        top.flag("x2apic").ifPresent(builder::x2apic);
        top.optionalNumber("physical_address_bits").ifPresent(bits -> builder.physicalAddressBits(bits.intValue()));
        top.flag("vtl0_alias_map_available").ifPresent(builder::vtl0AliasMapAvailable);
        top.optionalNumber("active_vtl").ifPresent(vtl -> {
            if (vtl > 2) {
                throw new FormatException("field active_vtl is " + vtl + ", expected 0 to 2");
            }
            builder.activeVtl(vtl.intValue());
        });
        top.optionalHex("td_config_flags").ifPresent(builder::tdConfigFlags);
        builder.vpIndexAnswers(top.numbersByNumber("vp_index_answer"));
    }

    private static Isolation isolation(String name) {
        return Arrays.stream(Isolation.values())
                .filter(it -> it.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new FormatException("field isolation is \"" + name + "\", expected none, vbs, snp or tdx"));
    }

    private static List<Processor> processors(List<JsonFields> list) {
        if (list.isEmpty() || list.size() > MAX_PROCESSORS) {
            throw new FormatException(
                    "field processors has " + list.size() + " elements, expected 1 to " + MAX_PROCESSORS);
        }
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).number("index") != i || list.get(i).number("apic_id") >= MAX_APIC_ID) {
                throw new FormatException(
                        list.get(i).place() + ": index " + list.get(i).number("index") + ", APIC id "
                                + list.get(i).number("apic_id") + ", expected index " + i + " and an APIC id below "
                                + MAX_APIC_ID);
            }
        }
        return list.stream()
                .map(processor -> new Processor(processor.number("apic_id"), processor.number("node")))
                .toList();
    }

    private static List<RamRange> ram(List<JsonFields> list) {
        List<RamRange> ranges = list.stream()
                .map(ram -> new RamRange(ram.range(), ram.number("node")))
                .toList();
        for (int i = 1; i < ranges.size(); i++) {
            if (ranges.get(i).range().start() < ranges.get(i - 1).range().end()) {
                throw new FormatException(list.get(i).place() + " starts before the range before it ends");
            }
        }
        return ranges;
    }

    private Optional<Vtl2Base> vtl2Base() {
        return top.object("vtl2_base", known("mode", "address", "size", "mmio_size"))
                .map(base -> {
                    String mode = base.text("mode");
                    return switch (mode) {
                        case "file" -> new Vtl2Base.File();
                        case "absolute" -> new Vtl2Base.Absolute(base.hex("address"));
                        case "memory-layout" ->
                            new Vtl2Base.MemoryLayout(base.optionalHex("address"), base.optionalHex("size"));
                        case "vtl2-allocate" ->
                            new Vtl2Base.Vtl2Allocate(
                                    base.optionalHex("size"),
                                    base.optionalHex("mmio_size").orElse(Vtl2Base.Vtl2Allocate.DEFAULT_MMIO_SIZE));
                        default ->
                            throw new FormatException("field vtl2_base.mode is \"" + mode
                                    + "\", expected file, absolute, memory-layout or vtl2-allocate");
                    };
                });
    }

    private static Mmio mmio(JsonFields mmio) {
        return new Mmio(
                optionalRange(mmio, "chipset_low"), optionalRange(mmio, "chipset_high"), optionalRange(mmio, "vtl2"));
    }

    private static Optional<GpaRange> optionalRange(JsonFields mmio, String name) {
        return mmio.object(name, RANGE).map(JsonFields::range);
    }

    private static HostTreeOptions hostTree(JsonFields tree) {
        HostTreeOptions usual = HostTreeOptions.OPENVMM;
        return new HostTreeOptions(
                tree.optionalText("pio_bus_name").orElse(usual.pioBusName()),
                tree.optionalNumber("pio_bus_size_cells").map(Long::intValue).orElse(usual.pioBusSizeCells()),
                tree.flag("keep_alive").orElse(usual.keepAlive()),
                tree.optionalNumber("total-pages").map(OptionalLong::of).orElse(usual.totalPages()),
                tree.optionalHex("vtl0-alias-map"));
    }

    private static CounterSequence counter(JsonFields fields) {
        return new CounterSequence(
                fields.optionalNumber("first").orElse(0L),
                fields.optionalNumber("step").orElse(0L));
    }

    private static Set<String> known(String... names) {
        return new TreeSet<>(List.of(names));
    }
}
