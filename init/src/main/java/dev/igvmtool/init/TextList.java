package dev.igvmtool.init;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Memory;
import java.util.ArrayList;
import java.util.List;

/**
 * Texts one after the other in the program's data: u64 bytes in use, then the texts, each ended by NUL. A view.
 *
 * @param memory of the program
 * @param gva first byte
 * @param capacity bytes with the head
 */
record TextList(Memory memory, long gva, int capacity) {
    private static final int HEAD = 8;

    List<String> texts() {
        List<String> texts = new ArrayList<>();
        String all = memory.readBytes(gva + HEAD, (int) memory.readU64(gva)).toUtf8();
        for (int at = 0; at < all.length(); ) {
            int end = all.indexOf('\0', at);
            texts.add(all.substring(at, end));
            at = end + 1;
        }
        return texts;
    }

    void set(List<String> texts) {
        StringBuilder all = new StringBuilder();
        texts.forEach(text -> all.append(text).append('\0'));
        Bytes content = Bytes.utf8(all.toString());
        if (content.size() > capacity - HEAD) {
            throw new InitFailure("too many files below /lib/modules");
        }
        memory.writeU64(gva, content.size());
        memory.writeBytes(gva + HEAD, content);
    }

    void add(String text) {
        List<String> texts = texts();
        texts.add(text);
        set(texts);
    }

    /** Takes the last text away and returns it. */
    String removeLast() {
        List<String> texts = texts();
        String last = texts.remove(texts.size() - 1);
        set(texts);
        return last;
    }
}
