package dev.igvmtool.host.config.file;

import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.DocumentReader;
import dev.igvmtool.document.DocumentReader.Document;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Node;
import dev.igvmtool.document.Variant;
import dev.igvmtool.host.config.ComPort;
import dev.igvmtool.host.config.CounterSequence;
import dev.igvmtool.host.config.HostTreeOptions;
import dev.igvmtool.host.config.Mmio;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.VmConfigBuilder;
import dev.igvmtool.host.config.Vtl2Base;
import dev.igvmtool.machine.partition.Isolation;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Reads host configurations. Fields that are absent keep what {@link VmConfig#builder} gives them. */
public final class HostConfigReader {
    private static final long U16 = 0xffff;
    private static final long U32 = 0xffff_ffffL;

    /** No processor has more physical address bits, and none with VTLs has fewer. */
    private static final int MAX_ADDRESS_BITS = 52;

    private static final int MIN_ADDRESS_BITS = 32;
    private static final int HIGHEST_VTL = 2;

    private final Fields top;
    private final NamedFiles files;
    private final VmConfigBuilder builder = VmConfig.builder();

    private HostConfigReader(Node root, Path folder) {
        this.top = Fields.withNulls(root, Shapes.HOST);
        this.files = new NamedFiles(folder);
    }

    /**
     * Reads a file, JSON or YAML by its extension; the files that it names are read too.
     *
     * @throws DocumentException with file, line and column
     */
    public static VmConfigBuilder read(Path file) {
        return read(DocumentReader.read(file), DocumentReader.folderOf(file));
    }

    /**
     * Reads a configuration given as text.
     *
     * @param name stands for the file in messages; its extension tells the form, else the first character does
     * @param folder where the names of files start
     * @throws DocumentException with name, line and column
     */
    public static VmConfigBuilder read(String name, String text, Path folder) {
        return read(DocumentReader.read(name, text), folder);
    }

    private static VmConfigBuilder read(Document document, Path folder) {
        return new HostConfigReader(document.root(), folder).read();
    }

    private VmConfigBuilder read() {
        top.optional("description").ifPresent(it -> Fields.text(it, "description"));
        top.optional("isolation").ifPresent(it -> builder.isolation(isolation(it)));
        top.optional("vtl2_base").ifPresent(it -> builder.vtl2Base(vtl2Base(it)));
        top.optional("vtl2_protectable_override")
                .ifPresent(it -> builder.vtl2ProtectableOverride(Ranges.list(it, "vtl2_protectable_override")));
        devices();
        top.optional("command_line").ifPresent(it -> builder.commandLine(Fields.text(it, "command_line")));
        size(top, "vtl2_framebuffer").ifPresent(builder::vtl2Framebuffer);
        flag("vmbus_redirect").ifPresent(builder::vmbusRedirect);
        top.optional("seed").ifPresent(it -> builder.seed(Fields.number(it, "seed", -1L)));
        top.optional("host_tree").ifPresent(this::hostTree);
        hypervisor();
        flag("no_device_tree").ifPresent(absent -> builder.deviceTree(!absent));
        flag("corrupt_initrd").ifPresent(builder::corruptInitrd);
        top.optional("persisted_state").ifPresent(it -> builder.persistedState(new StateReader(files).read(it)));
        ContentReader content = new ContentReader(files);
        top.optional("entropy").ifPresent(it -> builder.entropy(content.entropy(it)));
        top.optional("slit").ifPresent(it -> builder.slit(content.slit(it)));
        top.optional("pptt").ifPresent(it -> content.pptt(it, builder));
        new TopologyReader(top, builder).read();
        return builder;
    }

    private static Isolation isolation(Node node) {
        String name = Variant.read(node, Shapes.ISOLATION).unit().name();
        return Isolation.valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** Null takes devices away, absence leaves the usual ones. */
    private void devices() {
        if (top.isNull("mmio")) {
            builder.mmio(Mmio.NONE);
        }
        top.optional("mmio").ifPresent(it -> {
            Fields fields = Fields.withNulls(it, Shapes.MMIO);
            builder.mmio(new Mmio(
                    Ranges.optional(fields, "chipset_low"),
                    Ranges.optional(fields, "chipset_high"),
                    Ranges.optional(fields, "vtl2"),
                    Ranges.optional(fields, "vtl2_second")));
        });
        top.optional("aarch64").ifPresent(it -> builder.aarch64(Aarch64Reader.read(it)));
        if (top.isNull("com")) {
            builder.com(Optional.empty());
        }
        top.optional("com").ifPresent(it -> {
            Fields fields = Fields.withNulls(it, Shapes.COM);
            builder.com(Optional.of(new ComPort(
                    (int) number(fields, "port", U16).orElse(ComPort.COM3.port()),
                    (int) number(fields, "irq", Integer.MAX_VALUE).orElse(ComPort.COM3.irq()),
                    (int) number(fields, "baud", Integer.MAX_VALUE).orElse(ComPort.COM3.baud()))));
        });
    }

    private static Vtl2Base vtl2Base(Node node) {
        if (node instanceof Node.Text) {
            Variant mode = Variant.read(node, Shapes.VTL2_MODE).unit();
            if (mode.name().equals("absolute")) {
                throw DocumentException.at(node.place(), "'absolute' needs an object with mode and address");
            }
            return vtl2Base(mode.name(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
        }
        Fields fields = Fields.withNulls(node, Shapes.VTL2_BASE);
        String mode =
                Variant.read(fields.required("mode"), Shapes.VTL2_MODE).unit().name();
        if (mode.equals("absolute")) {
            fields.required("address");
        }
        return vtl2Base(mode, size(fields, "address"), size(fields, "size"), size(fields, "mmio_size"));
    }

    private static Vtl2Base vtl2Base(String mode, OptionalLong address, OptionalLong size, OptionalLong mmioSize) {
        return switch (mode) {
            case "file" -> new Vtl2Base.File();
            case "absolute" -> new Vtl2Base.Absolute(address.orElseThrow());
            case "memory-layout" -> new Vtl2Base.MemoryLayout(address, size);
            default -> new Vtl2Base.Vtl2Allocate(size, mmioSize.orElse(Vtl2Base.Vtl2Allocate.DEFAULT_MMIO_SIZE));
        };
    }

    /** Trees made by hand are files: {@code exotic} names the one beside the configuration. */
    private void hostTree(Node node) {
        Fields fields = Fields.withNulls(node, Shapes.HOST_TREE);
        HostTreeOptions usual = HostTreeOptions.OPENVMM;
        builder.hostTree(new HostTreeOptions(
                fields.optional("pio_bus_name")
                        .map(it -> Fields.text(it, "pio_bus_name"))
                        .orElse(usual.pioBusName()),
                (int) number(fields, "pio_bus_size_cells", U32).orElse(usual.pioBusSizeCells()),
                fields.optional("keep_alive")
                        .map(it -> Fields.flag(it, "keep_alive"))
                        .orElse(usual.keepAlive()),
                number(fields, "total-pages", -1L),
                size(fields, "vtl0-alias-map")));
        if (fields.optional("exotic").filter(it -> Fields.flag(it, "exotic")).isPresent()) {
            builder.givenTree(
                    files.read("host-tree.dtb", fields.required("exotic").place()));
        }
        fields.optional("file").ifPresent(it -> builder.givenTree(files.read(it, "file")));
    }

    private void hypervisor() {
        top.optional("reference_time")
                .ifPresent(it -> builder.referenceTime(counter(Fields.withNulls(it, Shapes.COUNTER))));
        top.optional("tsc").ifPresent(it -> {
            Fields fields = Fields.withNulls(it, Shapes.TSC);
            builder.tsc(counter(fields));
            number(fields, "cpuid_15_ebx", U32).ifPresent(ebx -> builder.tscRatioNumerator((int) ebx));
        });
        flag("x2apic").ifPresent(builder::x2apic);
        number(top, "physical_address_bits", MAX_ADDRESS_BITS).ifPresent(bits -> {
            if (bits < MIN_ADDRESS_BITS) {
                throw top.at(
                        "physical_address_bits",
                        "'physical_address_bits' is " + bits + ", expected " + MIN_ADDRESS_BITS + " to "
                                + MAX_ADDRESS_BITS);
            }
            builder.physicalAddressBits((int) bits);
        });
        flag("vtl0_alias_map_available").ifPresent(builder::vtl0AliasMapAvailable);
        flag("intercept_page_available").ifPresent(builder::interceptPageAvailable);
        flag("return_actions_available").ifPresent(builder::returnActionsAvailable);
        number(top, "active_vtl", HIGHEST_VTL).ifPresent(vtl -> builder.activeVtl((int) vtl));
        number(top, "td_config_flags", -1L).ifPresent(builder::tdConfigFlags);
        top.optional("vp_index_answer").ifPresent(it -> builder.vpIndexAnswers(answers(it)));
    }

    /** Names are APIC ids, values the VP indexes that the hypervisor answers. */
    private static Map<Integer, Integer> answers(Node node) {
        if (!(node instanceof Node.Mapping mapping)) {
            throw Fields.expected(node, "an object", "'vp_index_answer'");
        }
        Map<Integer, Integer> answers = new TreeMap<>();
        for (Node.Member member : mapping.members()) {
            long apicId =
                    Fields.number(new Node.Numeral(member.place(), member.key()), "vp_index_answer", Integer.MAX_VALUE);
            int answer = (int) Fields.number(member.value(), member.key(), Integer.MAX_VALUE);
            if (answers.put((int) apicId, answer) != null) {
                throw DocumentException.at(member.place(), "APIC id " + apicId + " is answered twice");
            }
        }
        return answers;
    }

    private static CounterSequence counter(Fields fields) {
        return new CounterSequence(
                number(fields, "first", -1L).orElse(0),
                number(fields, "step", -1L).orElse(0));
    }

    private Optional<Boolean> flag(String field) {
        return top.optional(field).map(it -> Fields.flag(it, field));
    }

    private static OptionalLong number(Fields fields, String field, long max) {
        return fields.optional(field)
                .map(it -> OptionalLong.of(Fields.number(it, field, max)))
                .orElse(OptionalLong.empty());
    }

    private static OptionalLong size(Fields fields, String field) {
        return fields.optional(field)
                .map(it -> OptionalLong.of(Fields.size(it, field)))
                .orElse(OptionalLong.empty());
    }
}
