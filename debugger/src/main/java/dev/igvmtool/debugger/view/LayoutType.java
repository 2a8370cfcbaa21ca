package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.binary.StructLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A structure of fixed size, shown by its layout.
 *
 * @param shape the declaration; a supplier, since most types are not looked at in a run
 * @param meaning adds words to fields
 */
record LayoutType(String name, String title, Supplier<StructLayout> shape, Meaning meaning) implements StructureType {
    /** What fields say besides their numbers. */
    interface Meaning {
        /** Nothing. */
        Meaning NONE = new Meaning() {};

        /** Words for a field of the structure at an address; empty if there are none. */
        default String of(Memory memory, long gpa, String field, long value) {
            return "";
        }

        /** False to leave a field out because the structure does not use it. */
        default boolean uses(Memory memory, long gpa, String field) {
            return true;
        }

        /** The text of a field of bytes; empty to show the bytes. */
        default Optional<String> text(Memory memory, long gpa, String field, Bytes content) {
            return Optional.empty();
        }
    }

    /** A structure whose codec knows the layout. */
    static LayoutType of(String name, String title, Codec<?> codec, Meaning meaning) {
        return new LayoutType(name, title, () -> codec.layout().orElseThrow(), meaning);
    }

    static LayoutType of(String name, String title, Codec<?> codec) {
        return of(name, title, codec, Meaning.NONE);
    }

    @Override
    public long sizeBytes(Memory memory, long gpa) {
        return shape.get().sizeBytes();
    }

    @Override
    public Optional<StructLayout> layout() {
        return Optional.of(shape.get());
    }

    @Override
    public ViewNode view(Memory memory, long gpa) {
        StructLayout layout = shape.get();
        return ViewNode.structure(name, "", gpa, layout.sizeBytes(), fields(memory, gpa, gpa, "", layout));
    }

    private List<ViewNode> fields(Memory memory, long start, long gpa, String prefix, StructLayout layout) {
        List<ViewNode> nodes = new ArrayList<>();
        for (StructLayout.Field field : layout.fields()) {
            if (meaning.uses(memory, start, prefix + field.name())) {
                nodes.add(node(memory, start, gpa, prefix, field));
            }
        }
        return nodes;
    }

    private ViewNode node(Memory memory, long start, long base, String prefix, StructLayout.Field field) {
        long gpa = base + field.offset();
        String path = prefix + field.name();
        if (field.structure().isPresent()) {
            return ViewNode.structure(
                    field.name(),
                    "",
                    gpa,
                    field.sizeBytes(),
                    fields(memory, start, gpa, path + ".", field.structure().get()));
        }
        Bytes content = memory.readBytes(gpa, field.sizeBytes());
        if (field.kind() == StructLayout.Kind.INTEGER) {
            long value = integer(content);
            return ViewNode.number(field.name(), value, meaning.of(memory, start, path, value), gpa, content.size());
        }
        return ViewNode.text(
                field.name(),
                meaning.text(memory, start, path, content).orElseGet(() -> Text.bytes(content)),
                gpa,
                content.size());
    }

    private static long integer(Bytes content) {
        return switch (content.size()) {
            case 1 -> content.u8(0);
            case 2 -> content.u16(0);
            case 4 -> content.u32(0);
            default -> content.u64(0);
        };
    }

    @Override
    public Optional<ViewNode> field(Memory memory, long gpa, String path) {
        StructLayout layout = shape.get();
        Optional<StructLayout.Field> found = layout.find(path);
        if (found.isEmpty()) {
            found = layout.leaves().stream()
                    .filter(leaf -> plain(leaf.name()).equals(plain(path)))
                    .findFirst();
        }
        return found.map(field -> {
            int dot = field.name().lastIndexOf('.');
            StructLayout.Field last = new StructLayout.Field(
                    field.name().substring(dot + 1),
                    field.offset(),
                    field.sizeBytes(),
                    field.kind(),
                    field.structure());
            return node(memory, gpa, gpa, field.name().substring(0, dot + 1), last);
        });
    }

    /** Names in the spelling of a specification are as good as those of the declaration. */
    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }
}
