package dev.igvmtool.builder.manifest;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.builder.manifest.Image.UefiConfigType;
import dev.igvmtool.document.ByteSize;
import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Node;
import dev.igvmtool.document.Variant;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads {@code image} of a guest configuration. */
final class ImageReader {
    private static final long U8 = 0xff;
    private static final int PAGE_SIZE = 4096;
    private static final long U32 = 0xffff_ffffL;

    private final boolean own;

    ImageReader(boolean own) {
        this.own = own;
    }

    Image read(Node node) {
        Variant variant = Variant.read(node, Shapes.IMAGE);
        return switch (variant.name()) {
            case "none" -> {
                variant.unit();
                yield new Image.None();
            }
            case "uefi" -> uefi(variant.fields());
            case "openhcl" -> openhcl(new Fields(variant.fields(), Shapes.OPENHCL, own));
            case "linux" -> new Image.Linux(linux(variant.fields()));
            default -> snpLinuxDirect(new Fields(variant.fields(), Shapes.SNP_LINUX_DIRECT, own));
        };
    }

    private Image uefi(Node node) {
        Fields fields = new Fields(node, Shapes.UEFI, own);
        Variant type =
                Variant.read(fields.required("config_type"), Shapes.CONFIG_TYPE).unit();
        return new Image.Uefi(type.name().equals("igvm") ? UefiConfigType.IGVM : UefiConfigType.NONE);
    }

    private Image openhcl(Fields fields) {
        boolean uefi = fields.flagOr("uefi", false);
        Optional<Image.LinuxPayload> linux = fields.optional("linux").map(this::linux);
        if (uefi && linux.isPresent()) {
            throw DocumentException.at(fields.place(), "'openhcl' has both 'uefi' and 'linux' for VTL0");
        }
        return new Image.Openhcl(
                new CommandLineReader(own).text(fields),
                fields.flagOr("static_command_line", false),
                own
                        ? pages(fields, "memory_page_base", "memory_base")
                        : fields.optionalInteger("memory_page_base", -1L),
                memoryPages(fields),
                uefi,
                linux,
                fields.optional("product_policy").map(ImageReader::productPolicy));
    }

    private long memoryPages(Fields fields) {
        OptionalLong pages = own ? pages(fields, "memory_page_count", "memory") : OptionalLong.empty();
        return pages.isPresent() ? pages.getAsLong() : fields.requiredInteger("memory_page_count", -1L);
    }

    private Image.LinuxPayload linux(Node node) {
        Fields fields = new Fields(node, Shapes.LINUX, own);
        return new Image.LinuxPayload(fields.requiredFlag("use_initrd"), new CommandLineReader(own).bytes(fields));
    }

    private Image snpLinuxDirect(Fields fields) {
        return new Image.SnpLinuxDirect(
                linux(fields.required("linux")),
                fields.requiredInteger("processor_count", U32),
                memoryPages(fields),
                (int) fields.requiredInteger("c_bit_position", U8));
    }

    private static ProductPolicy productPolicy(Node node) {
        Variant variant = Variant.read(node, Shapes.PRODUCT_POLICY);
        boolean cwcow = variant.name().equals("cwcow");
        Fields fields = new Fields(variant.fields(), cwcow ? Shapes.CWCOW : Shapes.SIVM, true);
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
        throw DocumentException.at(node.place(), "'custom_uefi_json' is not base64 with padding");
    }

    /**
     * A number of pages, from a count or from a size; not from both.
     *
     * @param count field with a number of 4 KiB pages
     * @param size field with a size such as {@code 512MiB}
     */
    private static OptionalLong pages(Fields fields, String count, String size) {
        if (!fields.has(size)) {
            return fields.optionalInteger(count, -1L);
        }
        if (fields.has(count)) {
            throw fields.at(
                    size,
                    "'" + size + "' and '" + count + "' in " + fields.what() + " say the same, expected one of them");
        }
        return OptionalLong.of(pages(fields.required(size), size));
    }

    /** Pages of a size with a unit that says that it is a power of two. */
    private static long pages(Node node, String field) {
        OptionalLong bytes = node instanceof Node.Text it && it.value().endsWith("iB")
                ? ByteSize.parse(it.value())
                : OptionalLong.empty();
        if (bytes.isEmpty()) {
            throw Fields.expected(node, "a size such as 512MiB, in KiB, MiB, GiB or TiB", "'" + field + "'");
        }
        if (bytes.getAsLong() % PAGE_SIZE != 0) {
            throw DocumentException.at(
                    node.place(), "'" + field + "' is " + ((Node.Text) node).value() + ", expected a multiple of 4KiB");
        }
        return bytes.getAsLong() / PAGE_SIZE;
    }
}
