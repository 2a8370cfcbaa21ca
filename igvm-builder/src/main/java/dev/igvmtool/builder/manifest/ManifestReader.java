package dev.igvmtool.builder.manifest;

import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.DocumentReader;
import dev.igvmtool.document.DocumentReader.Document;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Node;
import dev.igvmtool.document.Variant;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads manifests. JSON is read as igvmfilegen reads it: unknown fields are ignored, except those that look like a slip
 * of a known one. YAML is our own form, and strict: what is unknown or would have no effect is refused. It has variables,
 * names its resources itself, and has names for what igvmfilegen has numbers for ({@code docs/build.md}).
 */
public final class ManifestReader {
    private static final long U8 = 0xff;
    private static final long U32 = 0xffff_ffffL;

    private final boolean own;

    private ManifestReader(boolean own) {
        this.own = own;
    }

    /**
     * A manifest with what it names itself.
     *
     * @param resources empty unless the manifest has a {@code resources} map
     * @param variables values of its variables, by name
     */
    public record ManifestFile(Manifest manifest, Resources resources, Map<String, String> variables) {}

    /**
     * Reads a manifest file, JSON or YAML by its extension.
     *
     * @throws DocumentException with file, line and column
     */
    public static ManifestFile read(Path file) {
        return read(file, ManifestOptions.NONE);
    }

    /**
     * Reads a manifest file with values for its variables.
     *
     * @throws DocumentException with file, line and column
     */
    public static ManifestFile read(Path file, ManifestOptions options) {
        return read(DocumentReader.read(file), DocumentReader.folderOf(file), options);
    }

    /**
     * Reads a manifest given as text.
     *
     * @param name stands for the file in messages; its extension tells the form
     * @param folder relative resource paths start here
     */
    public static ManifestFile read(String name, String text, Path folder) {
        return read(DocumentReader.read(name, text), folder, ManifestOptions.NONE);
    }

    /** Reads a manifest given as text, with values for its variables. */
    static ManifestFile read(String name, String text, Path folder, ManifestOptions options) {
        return read(DocumentReader.read(name, text), folder, options);
    }

    private static ManifestFile read(Document document, Path folder, ManifestOptions options) {
        if (!document.yaml() && !options.variables().isEmpty()) {
            throw new DocumentException(document.file() + ": manifests in JSON have no variables to set");
        }
        Variables.Result expanded = document.yaml()
                ? Variables.apply(document.root(), options.variables())
                : new Variables.Result(document.root(), Map.of());
        Manifest manifest = new ManifestReader(document.yaml()).manifest(document.file(), expanded.root());
        Fields top = new Fields(expanded.root(), Shapes.MANIFEST, document.yaml());
        if (!top.has("resources")) {
            return new ManifestFile(manifest, Resources.none(), expanded.values());
        }
        Node list = top.required("resources");
        Resources resources = ResourceReader.ofManifest(folder, options).resources(list);
        if (document.yaml()) {
            Effects.checkResources(manifest, list);
        }
        return new ManifestFile(manifest, resources, expanded.values());
    }

    private Manifest manifest(String file, Node root) {
        Fields top = new Fields(root, Shapes.MANIFEST, own);
        GuestArch arch = guestArch(top.required("guest_arch"));
        return new Manifest(file, arch, guestConfigs(arch, top.required("guest_configs")));
    }

    private static GuestArch guestArch(Node node) {
        Variant variant = Variant.read(node, Shapes.GUEST_ARCH).unit();
        return variant.name().equals("x64") ? GuestArch.X64 : GuestArch.AARCH64;
    }

    private List<GuestConfig> guestConfigs(GuestArch arch, Node node) {
        if (!(node instanceof Node.Sequence list)) {
            throw Fields.expected(node, "a list", "'guest_configs'");
        }
        if (list.elements().isEmpty()) {
            throw DocumentException.at(list.place(), "'guest_configs' is empty, expected at least one");
        }
        List<GuestConfig> configs = new ArrayList<>();
        for (Node element : list.elements()) {
            configs.add(guestConfig(arch, element));
        }
        return configs;
    }

    private GuestConfig guestConfig(GuestArch arch, Node node) {
        Fields fields = new Fields(node, Shapes.GUEST_CONFIG, own);
        long svn = fields.requiredInteger("guest_svn", U32);
        int maxVtl = (int) fields.requiredInteger("max_vtl", U8);
        if (maxVtl != 0 && maxVtl != 2) {
            throw fields.at("max_vtl", "'max_vtl' is " + maxVtl + ", expected 2 or 0");
        }
        IsolationConfig isolation = new IsolationReader(own).read(isolation(fields));
        Image image = new ImageReader(own).read(fields.required("image"));
        GuestConfig config = new GuestConfig(svn, maxVtl, isolation, image);
        if (own) {
            Effects.check(arch, config, node);
        }
        return config;
    }

    /** {@code isolation} is a shorter name in our own form. */
    private Node isolation(Fields fields) {
        if (!own || !fields.has("isolation")) {
            return fields.required("isolation_type");
        }
        if (fields.has("isolation_type")) {
            throw fields.at("isolation", "'isolation' and 'isolation_type' say the same, expected one of them");
        }
        return fields.required("isolation");
    }
}
