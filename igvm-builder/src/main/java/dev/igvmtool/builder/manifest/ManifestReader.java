package dev.igvmtool.builder.manifest;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.builder.manifest.DocumentReader.Document;
import dev.igvmtool.builder.manifest.Image.UefiConfigType;
import dev.igvmtool.builder.manifest.IsolationConfig.InjectionType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Reads manifests. JSON is read as igvmfilegen reads it: unknown fields are ignored, except those that look like a slip
 * of a known one. YAML is our own form, and strict.
 */
public final class ManifestReader {
    private static final long U8 = 0xff;
    private static final long U32 = 0xffff_ffffL;
    private static final long U64 = -1L;

    private final boolean strict;

    private ManifestReader(boolean strict) {
        this.strict = strict;
    }

    /**
     * A manifest with the resources that it names itself.
     *
     * @param resources empty unless the manifest has a {@code resources} map
     */
    public record ManifestFile(Manifest manifest, Resources resources) {}

    /**
     * Reads a manifest file, JSON or YAML by its extension.
     *
     * @throws ManifestException with file, line and column
     */
    public static ManifestFile read(Path file) {
        return read(DocumentReader.read(file), DocumentReader.folderOf(file));
    }

    /**
     * Reads a manifest given as text.
     *
     * @param name stands for the file in messages; its extension tells the form
     * @param folder relative resource paths start here
     */
    public static ManifestFile read(String name, String text, Path folder) {
        return read(DocumentReader.read(name, text), folder);
    }

    private static ManifestFile read(Document document, Path folder) {
        ManifestReader reader = new ManifestReader(document.yaml());
        Fields top = new Fields(
                document.root(), "the manifest", reader.strict, List.of("guest_arch", "guest_configs", "resources"));
        GuestArch arch = reader.guestArch(top.required("guest_arch"));
        List<GuestConfig> configs = reader.guestConfigs(top.required("guest_configs"));
        Resources resources = top.optional("resources").isPresent()
                ? new ResourceReader(folder, true).resources(top.required("resources"))
                : Resources.none();
        return new ManifestFile(new Manifest(document.file(), arch, configs), resources);
    }

    private GuestArch guestArch(Node node) {
        Variant variant =
                Variant.read(node, "'guest_arch'", List.of("x64", "aarch64")).unit();
        return variant.name().equals("x64") ? GuestArch.X64 : GuestArch.AARCH64;
    }

    private List<GuestConfig> guestConfigs(Node node) {
        if (!(node instanceof Node.Sequence list)) {
            throw Fields.expected(node, "a list", "'guest_configs'");
        }
        if (list.elements().isEmpty()) {
            throw ManifestException.at(list.place(), "'guest_configs' is empty, expected at least one");
        }
        List<GuestConfig> configs = new ArrayList<>();
        for (Node element : list.elements()) {
            configs.add(guestConfig(element));
        }
        return configs;
    }

    private GuestConfig guestConfig(Node node) {
        Fields fields =
                new Fields(node, "a guest config", strict, List.of("guest_svn", "max_vtl", "isolation_type", "image"));
        long svn = fields.requiredInteger("guest_svn", U32);
        int maxVtl = (int) fields.requiredInteger("max_vtl", U8);
        if (maxVtl != 0 && maxVtl != 2) {
            throw ManifestException.at(
                    fields.required("max_vtl").place(), "'max_vtl' is " + maxVtl + ", expected 2 or 0");
        }
        IsolationConfig isolation = isolation(fields.required("isolation_type"));
        return new GuestConfig(svn, maxVtl, isolation, image(fields.required("image")));
    }

    private IsolationConfig isolation(Node node) {
        Variant variant = Variant.read(node, "'isolation_type'", List.of("none", "vbs", "snp", "tdx"));
        switch (variant.name()) {
            case "none" -> {
                variant.unit();
                return new IsolationConfig.None();
            }
            case "vbs" -> {
                Fields fields = new Fields(variant.fields(), "'vbs'", strict, List.of("enable_debug"));
                return new IsolationConfig.Vbs(fields.requiredFlag("enable_debug"));
            }
            case "snp" -> {
                return snp(variant.fields());
            }
            default -> {
                Fields fields =
                        new Fields(variant.fields(), "'tdx'", strict, List.of("enable_debug", "sept_ve_disable"));
                return new IsolationConfig.Tdx(
                        fields.requiredFlag("enable_debug"), fields.requiredFlag("sept_ve_disable"));
            }
        }
    }

    private IsolationConfig snp(Node node) {
        Fields fields = new Fields(
                node,
                "'snp'",
                strict,
                List.of("shared_gpa_boundary_bits", "policy", "enable_debug", "injection_type", "secure_avic"));
        OptionalLong bits = fields.optionalInteger("shared_gpa_boundary_bits", U8);
        Variant injection = Variant.read(
                        fields.required("injection_type"), "'injection_type'", List.of("normal", "restricted"))
                .unit();
        boolean secureAvic = fields.optional("secure_avic")
                .map(it -> Variant.read(it, "'secure_avic'", List.of("enabled", "disabled"))
                        .unit()
                        .name()
                        .equals("enabled"))
                .orElse(false);
        return new IsolationConfig.Snp(
                bits.isPresent() ? OptionalInt.of((int) bits.getAsLong()) : OptionalInt.empty(),
                fields.requiredInteger("policy", U64),
                fields.requiredFlag("enable_debug"),
                injection.name().equals("normal") ? InjectionType.NORMAL : InjectionType.RESTRICTED,
                secureAvic);
    }

    private Image image(Node node) {
        Variant variant =
                Variant.read(node, "'image'", List.of("none", "uefi", "openhcl", "linux", "snp_linux_direct"));
        switch (variant.name()) {
            case "none" -> {
                variant.unit();
                return new Image.None();
            }
            case "uefi" -> {
                Fields fields = new Fields(variant.fields(), "'uefi'", strict, List.of("config_type"));
                Variant type = Variant.read(fields.required("config_type"), "'config_type'", List.of("none", "igvm"))
                        .unit();
                return new Image.Uefi(type.name().equals("igvm") ? UefiConfigType.IGVM : UefiConfigType.NONE);
            }
            case "openhcl" -> {
                return openhcl(variant.fields());
            }
            case "linux" -> {
                return new Image.Linux(linux(variant.fields()));
            }
            default -> {
                return snpLinuxDirect(variant.fields());
            }
        }
    }

    private Image openhcl(Node node) {
        Fields fields = new Fields(
                node,
                "'openhcl'",
                strict,
                List.of(
                        "command_line",
                        "static_command_line",
                        "memory_page_base",
                        "memory_page_count",
                        "uefi",
                        "linux",
                        "product_policy"));
        boolean uefi = fields.flagOr("uefi", false);
        Optional<Image.LinuxPayload> linux = fields.optional("linux").map(this::linux);
        if (uefi && linux.isPresent()) {
            throw ManifestException.at(fields.place(), "'openhcl' has both 'uefi' and 'linux' for VTL0");
        }
        String commandLine = fields.textOr("command_line", "");
        if (commandLine.indexOf(0) >= 0) {
            // Differs: the reference takes it, and the kernel would not see what follows.
            throw ManifestException.at(fields.required("command_line").place(), "'command_line' has a NUL");
        }
        return new Image.Openhcl(
                commandLine,
                fields.flagOr("static_command_line", false),
                fields.optionalInteger("memory_page_base", U64),
                fields.requiredInteger("memory_page_count", U64),
                uefi,
                linux,
                fields.optional("product_policy").map(this::productPolicy));
    }

    private Image.LinuxPayload linux(Node node) {
        Fields fields = new Fields(node, "'linux'", strict, List.of("use_initrd", "command_line"));
        return new Image.LinuxPayload(fields.requiredFlag("use_initrd"), commandLine(fields.required("command_line")));
    }

    /** A string, or what serde also takes for a C string: a list of byte values. */
    private static Bytes commandLine(Node node) {
        Bytes text;
        if (node instanceof Node.Sequence list) {
            byte[] content = new byte[list.elements().size()];
            for (int i = 0; i < content.length; i++) {
                content[i] = (byte) Fields.integer(list.elements().get(i), "command_line", U8);
            }
            text = Bytes.wrap(content);
        } else {
            text = Bytes.utf8(Fields.text(node, "command_line"));
        }
        for (int i = 0; i < text.size(); i++) {
            if (text.get(i) == 0) {
                throw ManifestException.at(node.place(), "'command_line' has a NUL at byte " + i);
            }
        }
        return text;
    }

    private Image snpLinuxDirect(Node node) {
        Fields fields = new Fields(
                node,
                "'snp_linux_direct'",
                strict,
                List.of("linux", "processor_count", "memory_page_count", "c_bit_position"));
        return new Image.SnpLinuxDirect(
                linux(fields.required("linux")),
                fields.requiredInteger("processor_count", U32),
                fields.requiredInteger("memory_page_count", U64),
                (int) fields.requiredInteger("c_bit_position", U8));
    }

    private ProductPolicy productPolicy(Node node) {
        Variant variant = Variant.read(node, "'product_policy'", List.of("sivm", "cwcow"));
        boolean cwcow = variant.name().equals("cwcow");
        List<String> known = new ArrayList<>(List.of(
                "require_ephemeral_vmgs",
                "require_secure_boot",
                "require_secure_boot_vars",
                "require_bcd_integrity",
                "custom_uefi_json"));
        if (cwcow) {
            known.add("require_secure_avic");
        }
        Fields fields = new Fields(variant.fields(), "'" + variant.name() + "'", true, known);
        return new ProductPolicy(
                cwcow ? ProductPolicy.Kind.CWCOW : ProductPolicy.Kind.SIVM,
                fields.requiredFlag("require_ephemeral_vmgs"),
                fields.requiredFlag("require_secure_boot"),
                fields.requiredFlag("require_secure_boot_vars"),
                fields.requiredFlag("require_bcd_integrity"),
                base64(fields.required("custom_uefi_json")),
                cwcow && fields.requiredFlag("require_secure_avic"));
    }

    private static Bytes base64(Node node) {
        String text = Fields.text(node, "custom_uefi_json");
        try {
            if (text.length() % 4 == 0) {
                return Bytes.wrap(Base64.getDecoder().decode(text));
            }
        } catch (IllegalArgumentException e) {
            // Falls through to the one message for all that is not base64.
        }
        throw ManifestException.at(node.place(), "'custom_uefi_json' is not base64 with padding");
    }
}
