package dev.igvmtool.cli.debug;

import dev.igvmtool.abi.binary.GpaRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of the parts of an image, from the map that is written beside it. */
final class LayoutNames {
    private static final Pattern LINE =
            Pattern.compile("  ([0-9a-f]{16}) - ([0-9a-f]{16}) \\(0x[0-9a-f]+ bytes\\) (.*)");
    private static final String LAYOUT = "IGVM file layout:";

    private final List<Part> parts = new ArrayList<>();

    private record Part(GpaRange range, String name) {}

    private LayoutNames() {}

    /** No names. */
    static LayoutNames none() {
        return new LayoutNames();
    }

    /** The names of a map file; lines that say something else are passed over. */
    static LayoutNames of(String map) {
        LayoutNames names = new LayoutNames();
        boolean layout = false;
        for (String line : map.lines().toList()) {
            Matcher matcher = LINE.matcher(line);
            if (!line.startsWith(" ")) {
                layout = line.equals(LAYOUT);
            } else if (layout && matcher.matches()) {
                long start = Long.parseUnsignedLong(matcher.group(1), 16);
                long end = Long.parseUnsignedLong(matcher.group(2), 16);
                if (Long.compareUnsigned(start, end) < 0) {
                    names.parts.add(new Part(new GpaRange(start, end), matcher.group(3)));
                }
            }
        }
        return names;
    }

    /** The part around an address of the file. */
    Optional<String> at(long gpa) {
        return parts.stream()
                .filter(part -> part.range.contains(gpa))
                .map(Part::name)
                .findFirst();
    }
}
