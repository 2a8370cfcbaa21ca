package dev.igvmtool.builder.manifest;

import dev.igvmtool.builder.manifest.InitrdEntry.Content;
import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.DocumentReader;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Nearest;
import dev.igvmtool.document.Node;
import dev.igvmtool.document.Quoted;
import dev.igvmtool.document.Shape;
import dev.igvmtool.document.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Reads resource files, and the {@code resources} map of our own manifests. A value is a path, or one of
 * {@code {path: P}}, {@code {kernel: P}}, {@code {bzimage: P}}, {@code {stage: NAME}}, {@code {initrd: {archives: [P],
 * folder: P, entries: [...]}}}, as far as it fits the resource. Relative paths start at the folder of the file that holds
 * them.
 */
public final class ResourceReader {
    private static final Pattern OCTAL = Pattern.compile("0?[0-7]{3,4}");
    private static final List<String> CONTENTS =
            List.of("directory", "folder", "file", "stage", "text", "link", "char", "block");

    private final Path folder;
    private final Optional<Path> root;
    private final boolean strict;

    private ResourceReader(Path folder, Optional<Path> root, boolean strict) {
        this.folder = folder;
        this.root = root;
        this.strict = strict;
    }

    /** A reader for the resources in a manifest: it may name what lies below one folder, and nothing else. */
    static ResourceReader ofManifest(Path folder, ManifestOptions options) {
        return new ResourceReader(folder, Optional.of(options.root().orElse(folder)), true);
    }

    /**
     * Reads a resource file: an object with the field {@code resources}.
     *
     * @throws DocumentException with file, line and column
     */
    public static Resources read(Path file) {
        DocumentReader.Document document = DocumentReader.read(file);
        Shape shape = Shape.of("resource_file", "the resource file", "resources");
        Fields top = new Fields(document.root(), shape, document.yaml());
        Path folder = DocumentReader.folderOf(file);
        return new ResourceReader(folder, Optional.empty(), document.yaml()).resources(top.required("resources"));
    }

    Resources resources(Node node) {
        if (!(node instanceof Node.Mapping mapping)) {
            throw Fields.expected(node, "an object", "'resources'");
        }
        Resources result = Resources.none();
        for (Node.Member member : mapping.members()) {
            ResourceKey key = ResourceKey.of(member.key())
                    .orElseThrow(() -> DocumentException.at(member.place(), unknownKey(member.key())));
            if (strict && result.find(key).isPresent()) {
                throw DocumentException.at(member.place(), "resource '" + key + "' is repeated");
            }
            result = result.with(key, source(member.value(), key));
        }
        return result;
    }

    static String unknownKey(String key) {
        return "unknown resource '" + Quoted.of(key) + "'"
                + Nearest.to(key, ResourceKey.keys())
                        .map(meant -> ", did you mean '" + meant + "'?")
                        .orElse(", expected one of " + String.join(", ", ResourceKey.keys()));
    }

    private ResourceSource source(Node node, ResourceKey key) {
        if (node instanceof Node.Text) {
            return new ResourceSource.FromFile(path(node, key.key()));
        }
        if (!(node instanceof Node.Mapping)) {
            throw Fields.expected(node, "a path or an object", "resource '" + key + "'");
        }
        Variant variant =
                Variant.read(node, "resource '" + key + "'", kinds(key).known(true));
        return switch (variant.name()) {
            case "path" -> new ResourceSource.FromFile(path(variant.fields(), "path"));
            case "kernel" -> new ResourceSource.FromKernel(path(variant.fields(), "kernel"));
            case "bzimage" -> new ResourceSource.FromBzImage(path(variant.fields(), "bzimage"));
            case "stage" -> new ResourceSource.FromStage(Fields.text(variant.fields(), "stage"));
            default -> initrd(variant.fields());
        };
    }

    private static Shape kinds(ResourceKey key) {
        return switch (key) {
            case UEFI -> Shapes.FILE;
            case UNDERHILL_KERNEL, LINUX_KERNEL -> Shapes.KERNEL;
            case OPENHCL_BOOT, UNDERHILL_SIDECAR -> Shapes.PROGRAM;
            case UNDERHILL_INITRD, LINUX_INITRD -> Shapes.INITRD_SOURCE;
        };
    }

    private ResourceSource initrd(Node node) {
        Fields fields = new Fields(node, Shapes.INITRD, true);
        List<Path> archives = new ArrayList<>();
        List<InitrdEntry> entries = new ArrayList<>();
        fields.optional("archives")
                .ifPresent(it -> list(it, "archives").forEach(element -> archives.add(path(element, "archives"))));
        fields.optional("folder")
                .ifPresent(it ->
                        entries.add(new InitrdEntry("/", OptionalInt.empty(), new Content.Folder(path(it, "folder")))));
        fields.optional("entries").ifPresent(it -> list(it, "entries").forEach(element -> entries.add(entry(element))));
        if (archives.isEmpty() && entries.isEmpty()) {
            throw DocumentException.at(fields.place(), "'initrd' has neither 'archives' nor 'folder' nor 'entries'");
        }
        return new ResourceSource.FromEntries(archives, entries);
    }

    private static List<Node> list(Node node, String field) {
        if (node instanceof Node.Sequence sequence) {
            return sequence.elements();
        }
        throw Fields.expected(node, "a list", "'" + field + "'");
    }

    private InitrdEntry entry(Node node) {
        Fields fields = new Fields(node, Shapes.INITRD_ENTRY, true);
        List<String> given = CONTENTS.stream()
                .filter(name -> fields.optional(name).isPresent())
                .toList();
        if (given.size() != 1) {
            throw DocumentException.at(
                    fields.place(),
                    "an initrd entry has " + (given.isEmpty() ? "no content" : String.join(" and ", given))
                            + ", expected exactly one of " + String.join(", ", CONTENTS));
        }
        Content content = content(given.get(0), fields.required(given.get(0)));
        boolean isFolder = content instanceof Content.Folder;
        String path = isFolder ? fields.textOr("path", "/") : fields.requiredText("path");
        if (!isArchivePath(path) || path.equals("/") && !isFolder) {
            throw DocumentException.at(
                    fields.place(),
                    "'path' is '" + Quoted.of(path) + "', expected an absolute path without empty, '.' and '..' parts");
        }
        if (isFolder && fields.has("mode")) {
            throw fields.at("mode", "'mode' would have no effect: what is in a folder has the modes that it has there");
        }
        return new InitrdEntry(path, mode(fields), content);
    }

    private Content content(String name, Node value) {
        switch (name) {
            case "directory" -> {
                if (!Fields.flag(value, name)) {
                    throw DocumentException.at(value.place(), "'directory' is false, expected true or another content");
                }
                return new Content.Directory();
            }
            case "folder" -> {
                return new Content.Folder(path(value, name));
            }
            case "file" -> {
                return new Content.File(path(value, name));
            }
            case "stage" -> {
                return new Content.Stage(Fields.text(value, name));
            }
            case "text" -> {
                return new Content.Text(Fields.text(value, name));
            }
            case "link" -> {
                String target = Fields.text(value, name);
                if (target.isEmpty() || target.indexOf(0) >= 0) {
                    throw DocumentException.at(value.place(), "'link' needs a target without NUL");
                }
                return new Content.Link(target);
            }
            default -> {
                return device(name, value);
            }
        }
    }

    /** {@code [major, minor]}. */
    private static Content device(String name, Node value) {
        if (value instanceof Node.Sequence numbers && numbers.elements().size() == 2) {
            int major = (int) Fields.integer(numbers.elements().get(0), name, 0xfff);
            int minor = (int) Fields.integer(numbers.elements().get(1), name, 0xf_ffff);
            return new Content.Device(name.equals("block"), major, minor);
        }
        throw Fields.expected(value, "[major, minor]", "'" + name + "'");
    }

    /** Octal digits, as a YAML number or as a string. */
    private static OptionalInt mode(Fields fields) {
        Optional<Node> node = fields.optional("mode");
        if (node.isEmpty()) {
            return OptionalInt.empty();
        }
        String text = "";
        if (node.get() instanceof Node.Numeral it) {
            text = it.text();
        } else if (node.get() instanceof Node.Text it) {
            text = it.value();
        }
        if (!OCTAL.matcher(text).matches()) {
            throw Fields.expected(node.get(), "three or four octal digits", "'mode'");
        }
        return OptionalInt.of(Integer.parseInt(text, 8));
    }

    private static boolean isArchivePath(String path) {
        if (path.equals("/")) {
            return true;
        }
        if (!path.startsWith("/") || path.indexOf(0) >= 0) {
            return false;
        }
        for (String part : path.substring(1).split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return false;
            }
        }
        return true;
    }

    private Path path(Node node, String field) {
        String text = Fields.text(node, field);
        try {
            if (!text.isEmpty()) {
                Path path = folder.resolve(text);
                root.ifPresent(it -> checkInside(node, path, it));
                return path;
            }
        } catch (InvalidPathException e) {
            // Falls through to the one message for all that is no path.
        }
        throw DocumentException.at(node.place(), "'" + field + "' is not a path: '" + Quoted.of(text) + "'");
    }

    /** As written, and also with links followed, as far as it exists. */
    private static void checkInside(Node node, Path path, Path root) {
        Path top = root.toAbsolutePath().normalize();
        boolean inside = path.toAbsolutePath().normalize().startsWith(top);
        try {
            if (inside && Files.exists(path)) {
                inside = path.toRealPath().startsWith(top.toRealPath());
            }
        } catch (IOException e) {
            throw DocumentException.at(node.place(), path + ": cannot be read: " + e.getMessage());
        }
        if (!inside) {
            throw DocumentException.at(
                    node.place(),
                    "'" + Quoted.of(path.toString()) + "' lies outside of " + top
                            + ", where a manifest's own resources must be (build --root DIR widens it)");
        }
    }
}
