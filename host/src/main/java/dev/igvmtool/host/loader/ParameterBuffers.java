package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.header.ParameterArea;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The parameter areas of an image while the host fills them. They grow as far as they are filled, not to their size. */
final class ParameterBuffers {
    /** Most bytes that the host keeps for one area. */
    private static final int MAX_FILLED = 64 << 20;

    /** An area before it is inserted. */
    private static final class Buffer {
        final long sizeBytes;
        Bytes content;

        Buffer(long sizeBytes, Bytes content) {
            this.sizeBytes = sizeBytes;
            this.content = content;
        }
    }

    /** An area as it is inserted. */
    record Filled(long sizeBytes, Bytes content) {}

    private final Map<Integer, Buffer> areas = new HashMap<>();
    private final Set<Integer> declared = new HashSet<>();

    void declare(ParameterArea area) {
        if (!declared.add(area.parameterAreaIndex())) {
            throw new FormatException("parameter area " + name(area.parameterAreaIndex()) + " is declared twice");
        }
        areas.put(area.parameterAreaIndex(), new Buffer(area.numberOfBytes(), area.initialData()));
    }

    /** Copies {@code value} to {@code byteOffset} of an area. */
    void write(int index, long byteOffset, Bytes value) {
        Buffer area = area(index);
        long end = byteOffset + value.size();
        if (Long.compareUnsigned(end, area.sizeBytes) > 0) {
            throw new LoadException(String.format(
                    "parameter of 0x%x bytes at 0x%x does not fit parameter area %s of 0x%x bytes",
                    value.size(), byteOffset, name(index), area.sizeBytes));
        }
        if (Math.max(end, area.content.size()) > MAX_FILLED) {
            throw new LoadException(String.format(
                    "parameter at 0x%x of parameter area %s, expected below 0x%x",
                    byteOffset, name(index), MAX_FILLED));
        }
        byte[] content = Arrays.copyOf(area.content.toByteArray(), (int) Math.max(end, area.content.size()));
        value.copyTo(0, content, (int) byteOffset, value.size());
        area.content = Bytes.wrap(content);
    }

    /** Takes an area away to insert it. */
    Filled take(int index) {
        Buffer area = area(index);
        areas.remove(index);
        return new Filled(area.sizeBytes, area.content);
    }

    private Buffer area(int index) {
        Buffer area = areas.get(index);
        if (area == null) {
            throw new FormatException("parameter area " + name(index) + " is "
                    + (declared.contains(index) ? "used after it was inserted" : "used but never declared"));
        }
        return area;
    }

    private static String name(int index) {
        return Integer.toUnsignedString(index);
    }
}
