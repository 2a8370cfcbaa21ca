package dev.igvmtool.debugger.view;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A field that says something else.
 *
 * @param path of the field
 * @param before empty if the field was not there
 * @param after empty if the field is not there any more
 */
public record ViewChange(String path, String before, String after) {
    /** What differs between two views of one structure. */
    public static List<ViewChange> between(ViewNode before, ViewNode after) {
        Map<String, String> old = new LinkedHashMap<>();
        Map<String, String> now = new LinkedHashMap<>();
        collect("", before, old);
        collect("", after, now);
        List<ViewChange> changes = new ArrayList<>();
        now.forEach((path, text) -> {
            String former = old.getOrDefault(path, "");
            if (!former.equals(text)) {
                changes.add(new ViewChange(path, former, text));
            }
        });
        old.forEach((path, text) -> {
            if (!now.containsKey(path)) {
                changes.add(new ViewChange(path, text, ""));
            }
        });
        return changes;
    }

    private static void collect(String prefix, ViewNode node, Map<String, String> target) {
        String path = join(prefix, node.name());
        if (node.children().isEmpty()) {
            target.merge(path, node.text(), (a, b) -> a + "\n" + b);
        }
        node.children().forEach(child -> collect(path, child, target));
    }

    private static String join(String prefix, String name) {
        return prefix.isEmpty() || ViewNode.isSeparated(name) ? prefix + name : prefix + "." + name;
    }
}
