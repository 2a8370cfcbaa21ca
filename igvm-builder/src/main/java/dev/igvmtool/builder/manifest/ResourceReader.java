package dev.igvmtool.builder.manifest;

import dev.igvmtool.builder.manifest.InitrdEntry.Content;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Reads resource files, and the {@code resources} map of our own manifests. A value is a path, or one of
 * {@code {path: P}}, {@code {bzimage: P}}, {@code {stage: NAME}}, {@code {initrd: {folder: P, entries: [...]}}}.
 * Relative paths start at the folder of the file that holds them.
 */
public final class ResourceReader {
    private static final Pattern OCTAL = Pattern.compile("0?[0-7]{3,4}");
    private static final List<String> KINDS = List.of("path", "bzimage", "stage", "initrd");
    private static final List<String> CONTENTS =
            List.of("directory", "folder", "file", "stage", "text", "link", "char", "block");

    private final Path folder;
    private final boolean strict;

    ResourceReader(Path folder, boolean strict) {
        this.folder = folder;
        this.strict = strict;
    }

    /**
     * Reads a resource file: an object with the field {@code resources}.
     *
     * @throws ManifestException with file, line and column
     */
    public static Resources read(Path file) {
        DocumentReader.Document document = DocumentReader.read(file);
        Fields top = new Fields(document.root(), "the resource file", document.yaml(), List.of("resources"));
        Path folder = DocumentReader.folderOf(file);
        return new ResourceReader(folder, document.yaml()).resources(top.required("resources"));
    }

    Resources resources(Node node) {
        if (!(node instanceof Node.Mapping mapping)) {
            throw Fields.expected(node, "an object", "'resources'");
        }
        Resources result = Resources.none();
        for (Node.Member member : mapping.members()) {
            ResourceKey key = ResourceKey.of(member.key())
                    .orElseThrow(() -> ManifestException.at(member.place(), unknownKey(member.key())));
            if (strict && result.find(key).isPresent()) {
                throw ManifestException.at(member.place(), "resource '" + key + "' is repeated");
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
        Variant variant = Variant.read(node, "resource '" + key + "'", KINDS);
        return switch (variant.name()) {
            case "path" -> new ResourceSource.FromFile(path(variant.fields(), "path"));
            case "bzimage" -> new ResourceSource.FromBzImage(path(variant.fields(), "bzimage"));
            case "stage" -> new ResourceSource.FromStage(Fields.text(variant.fields(), "stage"));
            default -> initrd(variant.fields());
        };
    }

    private ResourceSource initrd(Node node) {
        Fields fields = new Fields(node, "'initrd'", true, List.of("folder", "entries"));
        List<InitrdEntry> entries = new ArrayList<>();
        fields.optional("folder")
                .ifPresent(it ->
                        entries.add(new InitrdEntry("/", OptionalInt.empty(), new Content.Folder(path(it, "folder")))));
        Optional<Node> list = fields.optional("entries");
        if (list.isPresent()) {
            if (!(list.get() instanceof Node.Sequence sequence)) {
                throw Fields.expected(list.get(), "a list", "'entries'");
            }
            sequence.elements().forEach(element -> entries.add(entry(element)));
        }
        if (entries.isEmpty()) {
            throw ManifestException.at(fields.place(), "'initrd' has neither 'folder' nor 'entries'");
        }
        return new ResourceSource.FromEntries(entries);
    }

    private InitrdEntry entry(Node node) {
        List<String> known = new ArrayList<>(List.of("path", "mode"));
        known.addAll(CONTENTS);
        Fields fields = new Fields(node, "an initrd entry", true, known);
        List<String> given = CONTENTS.stream()
                .filter(name -> fields.optional(name).isPresent())
                .toList();
        if (given.size() != 1) {
            throw ManifestException.at(
                    fields.place(),
                    "an initrd entry has " + (given.isEmpty() ? "no content" : String.join(" and ", given))
                            + ", expected exactly one of " + String.join(", ", CONTENTS));
        }
        Content content = content(given.get(0), fields.required(given.get(0)));
        boolean isFolder = content instanceof Content.Folder;
        String path = isFolder ? fields.textOr("path", "/") : fields.requiredText("path");
        if (!isArchivePath(path) || path.equals("/") && !isFolder) {
            throw ManifestException.at(
                    fields.place(),
                    "'path' is '" + Quoted.of(path) + "', expected an absolute path without empty, '.' and '..' parts");
        }
        return new InitrdEntry(path, mode(fields), content);
    }

    private Content content(String name, Node value) {
        switch (name) {
            case "directory" -> {
                if (!Fields.flag(value, name)) {
                    throw ManifestException.at(value.place(), "'directory' is false, expected true or another content");
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
                    throw ManifestException.at(value.place(), "'link' needs a target without NUL");
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
                return folder.resolve(text);
            }
        } catch (InvalidPathException e) {
            // Falls through to the one message for all that is no path.
        }
        throw ManifestException.at(node.place(), "'" + field + "' is not a path: '" + Quoted.of(text) + "'");
    }
}
