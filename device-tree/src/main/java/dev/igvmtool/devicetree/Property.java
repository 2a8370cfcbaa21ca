package dev.igvmtool.devicetree;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One property of a {@link Node}: a name and bytes whose meaning the reader chooses. The typed getters are big endian
 * and refuse, with a {@link FormatException}, a length that is not a multiple of the element size.
 */
public record Property(String name, Bytes value) {
    /** The only 32-bit element, or the first of several. */
    public long u32() {
        return u32(0);
    }

    /** The 32-bit element at {@code index}. */
    public long u32(int index) {
        return Integer.toUnsignedLong(elements(Integer.BYTES, index).getInt(index * Integer.BYTES));
    }

    /** The only 64-bit element (two cells), or the first of several. */
    public long u64() {
        return u64(0);
    }

    /** The 64-bit element at {@code index}. */
    public long u64(int index) {
        return elements(Long.BYTES, index).getLong(index * Long.BYTES);
    }

    /** Number of 64-bit elements. */
    public int u64Count() {
        return count(Long.BYTES);
    }

    /** Number of 32-bit elements. */
    public int u32Count() {
        return count(Integer.BYTES);
    }

    /** The text up to the first NUL: all of a string, the first of a string list. */
    public String string() {
        return FdtText.untilNul(value, 0, "property " + name);
    }

    /** All strings of a string list; the last one must end with its NUL too. */
    public List<String> strings() {
        List<String> result = new ArrayList<>();
        for (int at = 0; at < value.size(); ) {
            String text = FdtText.untilNul(value, at, "property " + name);
            result.add(text);
            at += Bytes.utf8(text).size() + 1;
        }
        return List.copyOf(result);
    }

    private int count(int size) {
        if (value.size() % size != 0) {
            throw new FormatException(
                    String.format("property %s has 0x%x bytes, expected a multiple of %d", name, value.size(), size));
        }
        return value.size() / size;
    }

    private ByteBuffer elements(int size, int index) {
        int count = count(size);
        if (index < 0 || index >= count) {
            throw new FormatException(String.format(
                    "property %s has %d elements of %d bytes, element %d was expected", name, count, size, index));
        }
        return value.asBuffer().order(ByteOrder.BIG_ENDIAN);
    }
}
