package dev.igvmtool.devicetree.live;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/** The value of a property while it is being made: bytes, and what stands at places among them. */
public final class LiveValue {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(16);
    private List<Marker> markers = List.of();

    /** What a marker says of its place; those from {@link #FILE} on say how source text writes what follows. */
    public enum MarkerKind {
        /** The four bytes that follow are to be the phandle of a node. */
        PHANDLE,
        /** The path of a node is to be put here. */
        PATH,
        /** A label for the source's own use. */
        LABEL,
        /** Content of a file: bytes of no known type. */
        FILE,
        BYTES,
        CELLS_16,
        CELLS_32,
        CELLS_64,
        TEXT;

        /** True if it says of what type the following bytes are. */
        public boolean isType() {
            return compareTo(BYTES) >= 0;
        }
    }

    /**
     * Something at a place in the value.
     *
     * @param name of the label, or what refers to a node: a label or a path; empty for types
     */
    public record Marker(MarkerKind kind, int offset, String name) {}

    /** A value of these bytes, of no known type. */
    public static LiveValue of(Bytes content) {
        LiveValue value = new LiveValue();
        value.bytes(content);
        return value;
    }

    /** Marks the place behind what is there. */
    public void mark(MarkerKind kind, String name) {
        if (markers.isEmpty()) {
            markers = new ArrayList<>(2);
        }
        markers.add(new Marker(kind, bytes.size(), name));
    }

    /** Marks the place behind what is there as the start of something of this type. */
    public void mark(MarkerKind type) {
        mark(type, "");
    }

    /** Adds the low {@code bits} of a number, the high byte first. */
    public void integer(long value, int bits) {
        for (int shift = bits - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            bytes.write((int) (value >>> shift));
        }
    }

    /** Adds bytes. */
    public void bytes(Bytes content) {
        bytes.writeBytes(content.toByteArray());
    }

    /** Adds text, one character for each byte, and its NUL. */
    public void text(Bytes content) {
        mark(MarkerKind.TEXT);
        bytes(content);
        bytes.write(0);
    }

    public int size() {
        return bytes.size();
    }

    public List<Marker> markers() {
        return Collections.unmodifiableList(markers);
    }

    /** Puts paths at their markers, in one pass; the markers move with what stands before them. */
    public void insertPaths(Function<Marker, String> path) {
        if (markers.stream().noneMatch(marker -> marker.kind == MarkerKind.PATH)) {
            return;
        }
        byte[] before = bytes.toByteArray();
        ByteWriter after = new ByteWriter(ByteOrder.BIG_ENDIAN);
        int copied = 0;
        for (int i = 0; i < markers.size(); i++) {
            Marker marker = markers.get(i);
            after.bytes(Bytes.wrap(before).slice(copied, marker.offset - copied));
            copied = marker.offset;
            markers.set(i, new Marker(marker.kind, after.size(), marker.name));
            if (marker.kind == MarkerKind.PATH) {
                String text = path.apply(marker);
                after.bytes(text.isEmpty() ? Bytes.EMPTY : Bytes.utf8(text + '\0'));
            }
        }
        after.bytes(Bytes.wrap(before).from(copied));
        bytes.reset();
        bytes.writeBytes(after.toBytes().toByteArray());
    }

    /** Puts phandles into the cells behind their markers; a cell without one stays as it is. */
    public void setPhandles(Function<Marker, OptionalInt> phandle) {
        if (markers.stream().noneMatch(marker -> marker.kind == MarkerKind.PHANDLE)) {
            return;
        }
        byte[] content = bytes.toByteArray();
        for (Marker marker : markers) {
            if (marker.kind == MarkerKind.PHANDLE) {
                phandle.apply(marker)
                        .ifPresent(value -> ByteBuffer.wrap(content).putInt(marker.offset, value));
            }
        }
        bytes.reset();
        bytes.writeBytes(content);
    }

    public Bytes toBytes() {
        return Bytes.wrap(bytes.toByteArray());
    }
}
