package dev.igvmtool.devicetree;

import dev.igvmtool.abi.binary.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The strings block of a blob while names are added: each once, be it as the end of a longer one. */
public final class StringsBlock {
    private final Map<String, Integer> names = new HashMap<>();
    private final Map<Long, Integer> endings = new HashMap<>();
    private byte[] content = new byte[256];
    private int size;

    /** A block without names. */
    public StringsBlock() {}

    /** A block with what another blob has; its bytes stay as they are. */
    public StringsBlock(Bytes start) {
        append(start.toByteArray());
        int from = 0;
        for (int at = 0; at < size; at++) {
            if (content[at] == 0) {
                index(from, at + 1);
                from = at + 1;
            }
        }
    }

    /** Where a name is; it is added if it is not there. */
    public int offsetOf(String name) {
        Integer known = names.get(name);
        if (known == null) {
            known = findOrAdd((name + '\0').getBytes(StandardCharsets.UTF_8));
            names.put(name, known);
        }
        return known;
    }

    /** Bytes so far. */
    public int size() {
        return size;
    }

    /** The block as it is now. */
    public Bytes toBytes() {
        return Bytes.wrap(Arrays.copyOf(content, size));
    }

    private int findOrAdd(byte[] name) {
        Integer found = endings.get(hash(name));
        if (found != null && Arrays.equals(content, found, Math.min(found + name.length, size), name, 0, name.length)) {
            return found;
        }
        int offset = size;
        append(name);
        index(offset, size);
        return offset;
    }

    private void append(byte[] name) {
        if (size + name.length > content.length) {
            content = Arrays.copyOf(content, Math.max(content.length * 2, size + name.length));
        }
        System.arraycopy(name, 0, content, size, name.length);
        size += name.length;
    }

    /** Makes every ending of the name between two offsets known; the first of equal ones counts. */
    private void index(int from, int to) {
        long hash = 0;
        for (int at = to - 1; at >= from; at--) {
            hash = step(hash, content[at]);
            endings.putIfAbsent(hash, at);
        }
    }

    private static long hash(byte[] bytes) {
        long hash = 0;
        for (int at = bytes.length - 1; at >= 0; at--) {
            hash = step(hash, bytes[at]);
        }
        return hash;
    }

    /** From the end of a text to its start, so that one pass gives the hash of every ending. */
    private static long step(long hash, byte next) {
        return (hash + next + 1) * 0x9e37_79b9_7f4a_7c15L;
    }
}
