package dev.igvmtool.debugger.view;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A piece of memory with its meaning: a field, or a structure of fields.
 *
 * @param name of the field; names of the fields inside are relative to it
 * @param text what it says, one line; empty if the fields inside say it
 * @param number its value, if it is an integer
 * @param gpa first byte
 * @param sizeBytes 0 if it is not in memory
 * @param children fields inside
 */
public record ViewNode(
        String name, String text, OptionalLong number, long gpa, long sizeBytes, List<ViewNode> children) {
    public ViewNode {
        children = List.copyOf(children);
    }

    /** A field that is not an integer. */
    static ViewNode text(String name, String text, long gpa, long sizeBytes) {
        return new ViewNode(name, text, OptionalLong.empty(), gpa, sizeBytes, List.of());
    }

    /** An integer. */
    static ViewNode number(String name, long value, long gpa, int sizeBytes) {
        return number(name, value, "", gpa, sizeBytes);
    }

    /** @param meaning of the value, empty if there is none to tell */
    static ViewNode number(String name, long value, String meaning, long gpa, int sizeBytes) {
        String text = Text.number(value) + (meaning.isEmpty() ? "" : " " + meaning);
        return new ViewNode(name, text, OptionalLong.of(value), gpa, sizeBytes, List.of());
    }

    /** A structure. */
    static ViewNode structure(String name, String text, long gpa, long sizeBytes, List<ViewNode> children) {
        return new ViewNode(name, text, OptionalLong.empty(), gpa, sizeBytes, children);
    }

    ViewNode withChildren(List<ViewNode> newChildren) {
        return new ViewNode(name, text, number, gpa, sizeBytes, newChildren);
    }

    ViewNode withText(String newText) {
        return new ViewNode(name, newText, number, gpa, sizeBytes, children);
    }

    /** The field with a path such as {@code nodes[0].memoryBase}, relative to this node. */
    public Optional<ViewNode> find(String path) {
        for (ViewNode child : children) {
            if (child.name.equals(path)) {
                return Optional.of(child);
            }
            if (path.startsWith(child.name)) {
                // A separator may be part of the name of what follows: a device tree has paths of its own.
                String rest = path.substring(child.name.length());
                Optional<ViewNode> found = child.find(rest.startsWith(".") ? rest.substring(1) : rest);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /** Whether the name begins with what separates it from those before it; otherwise a dot stands between them. */
    public boolean isSeparated() {
        return isSeparated(name);
    }

    static boolean isSeparated(String name) {
        return name.startsWith("/") || name.startsWith(":") || name.startsWith("[");
    }

    /** The innermost field around an address. */
    public Optional<ViewNode> at(long address) {
        for (ViewNode child : children) {
            if (address >= child.gpa && address < child.gpa + child.sizeBytes) {
                return Optional.of(child.at(address).orElse(child));
            }
        }
        return Optional.empty();
    }
}
