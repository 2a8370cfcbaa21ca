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
    /** Most bytes that the host keeps for all areas together. */
    private static final int MAX_FILLED = 64 << 20;

    /** An area before it is inserted: its content is the first {@code used} bytes. */
    private static final class Buffer {
        final long sizeBytes;
        byte[] content;
        int used;

        Buffer(long sizeBytes, Bytes initial) {
            this.sizeBytes = sizeBytes;
            this.content = initial.toByteArray();
            this.used = content.length;
        }

        void grow(int end) {
            if (end > content.length) {
                content = Arrays.copyOf(content, Math.max(end, Math.min(2 * content.length, MAX_FILLED)));
            }
            used = Math.max(used, end);
        }
    }

    /** An area as it is inserted. */
    record Filled(long sizeBytes, Bytes content) {}

    private final Map<Integer, Buffer> areas = new HashMap<>();
    private final Set<Integer> declared = new HashSet<>();
    private long filledBytes;

    void declare(ParameterArea area) {
        if (!declared.add(area.parameterAreaIndex())) {
            throw new FormatException("parameter area " + name(area.parameterAreaIndex()) + " is declared twice");
        }
        areas.put(area.parameterAreaIndex(), new Buffer(area.numberOfBytes(), area.initialData()));
        count(area.parameterAreaIndex(), area.initialData().size());
    }

    /** Copies {@code value} to {@code byteOffset} of an area. */
    void write(int index, long byteOffset, Bytes value) {
        Buffer area = area(index);
        long end = byteOffset + value.size();
        if (Long.compareUnsigned(end, area.sizeBytes) > 0 || Long.compareUnsigned(end, byteOffset) < 0) {
            throw new LoadException(String.format(
                    "parameter of 0x%x bytes at 0x%x does not fit parameter area %s of 0x%x bytes",
                    value.size(), byteOffset, name(index), area.sizeBytes));
        }
        count(index, Math.max(0, end - area.used));
        area.grow((int) end);
        value.copyTo(0, area.content, (int) byteOffset, value.size());
    }

    private void count(int index, long moreBytes) {
        filledBytes += moreBytes;
        if (moreBytes > MAX_FILLED || filledBytes > MAX_FILLED) {
            throw new LoadException(String.format(
                    "parameter area %s would fill 0x%x bytes more, expected at most 0x%x in all areas together",
                    name(index), moreBytes, MAX_FILLED));
        }
    }

    /** Takes an area away to insert it. */
    Filled take(int index) {
        Buffer area = area(index);
        areas.remove(index);
        return new Filled(area.sizeBytes, Bytes.wrap(area.content).slice(0, area.used));
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
