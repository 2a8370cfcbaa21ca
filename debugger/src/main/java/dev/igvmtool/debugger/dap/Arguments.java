package dev.igvmtool.debugger.dap;

import dev.igvmtool.abi.binary.IgvmToolException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of launch and attach.
 *
 * @param program image or recording, for launch
 * @param options as on the command line
 * @param stopOnEntry whether the run stops at its first moment
 * @param sources folder of this project's sources
 */
record Arguments(Optional<String> program, List<String> options, boolean stopOnEntry, Optional<Path> sources) {
    static Arguments of(Map<String, @Nullable Object> map) {
        return new Arguments(
                text(map, "program"),
                options(map),
                flag(map, "stopOnEntry"),
                text(map, "sources").map(Arguments::path));
    }

    private static Optional<String> text(Map<String, @Nullable Object> map, String name) {
        Object value = map.get(name);
        if (value != null && !(value instanceof String)) {
            throw new IgvmToolException("'" + name + "' is not a text");
        }
        return Optional.ofNullable((String) value);
    }

    private static boolean flag(Map<String, @Nullable Object> map, String name) {
        Object value = map.get(name);
        if (value != null && !(value instanceof Boolean)) {
            throw new IgvmToolException("'" + name + "' is neither true nor false");
        }
        return value == null || (Boolean) value;
    }

    private static List<String> options(Map<String, @Nullable Object> map) {
        Object value = map.get("args");
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list) || !list.stream().allMatch(it -> it instanceof String)) {
            throw new IgvmToolException("'args' is not a list of texts");
        }
        return list.stream().map(String.class::cast).toList();
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IgvmToolException("'sources' is not a path");
        }
    }
}
