package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.testing.HandoffCase;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lines of an image map, whatever their heading. */
final class MapLines {
    private static final Pattern LINE = Pattern.compile("\\s*([0-9a-f]{16}) - ([0-9a-f]{16}) \\(.*\\) (.*)");

    private MapLines() {}

    /** Ranges whose line ends with {@code label}, as the file has them. */
    static List<GpaRange> of(HandoffCase handoff, String label) {
        List<GpaRange> ranges = new ArrayList<>();
        for (String line : handoff.bytes("image.map").toUtf8().lines().toList()) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches() && matcher.group(3).equals(label)) {
                ranges.add(new GpaRange(
                        Long.parseUnsignedLong(matcher.group(1), 16), Long.parseUnsignedLong(matcher.group(2), 16)));
            }
        }
        return ranges;
    }
}
