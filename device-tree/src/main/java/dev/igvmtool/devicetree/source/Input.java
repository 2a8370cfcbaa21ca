package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.live.Place;

/** One source file being read, byte by byte; beyond its end stands -1. */
final class Input {
    /** As it was found: what its own includes are relative to. */
    final String path;

    private final byte[] content;
    private String shownName;
    private int position;
    private int line = 1;
    private int lineStart;

    Input(String path, Bytes content) {
        this.path = path;
        this.shownName = path.equals("-") ? "<stdin>" : path;
        this.content = content.toByteArray();
    }

    /** The byte {@code ahead} of the next one, or -1. */
    int peek(int ahead) {
        return position + ahead < content.length ? content[position + ahead] & 0xff : -1;
    }

    boolean startsWith(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (peek(i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    boolean atLineStart() {
        return position == lineStart;
    }

    void skip(int count) {
        for (int i = 0; i < count; i++) {
            if (content[position++] == '\n') {
                line++;
                lineStart = position;
            }
        }
    }

    /** The next {@code count} bytes, one character each, passed over. */
    String take(int count) {
        StringBuilder text = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            text.append((char) peek(i));
        }
        skip(count);
        return text.toString();
    }

    /** A line directive: the line that follows is {@code next} of {@code name}. */
    void renumber(String name, int next) {
        shownName = name;
        line = next - 1;
    }

    /** The place before the next byte. */
    Place place() {
        int column = position - lineStart + 1;
        return new Place(shownName, line, column, line, column);
    }

    /** What was read since {@code start}. */
    Place since(Place start) {
        return start.to(place());
    }
}
