package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/** The value of a property while it is being made: bytes, and what stands at places among them. */
final class SourceValue {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(16);
    private List<Marker> markers = List.of();

    /** What a marker says of its place. */
    enum MarkerKind {
        /** The four bytes that follow are to be the phandle of a node. */
        PHANDLE,
        /** The path of a node is to be put here. */
        PATH,
        /** A label for the source's own use. */
        LABEL
    }

    /**
     * Something at a place in the value.
     *
     * @param name of the label, or what refers to a node: a label or a path
     */
    record Marker(MarkerKind kind, int offset, String name, Place place) {}

    void mark(MarkerKind kind, String name, Place place) {
        if (markers.isEmpty()) {
            markers = new ArrayList<>(2);
        }
        markers.add(new Marker(kind, bytes.size(), name, place));
    }

    /** Adds the low {@code bits} of a number, the high byte first. */
    void integer(long value, int bits) {
        for (int shift = bits - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            bytes.write((int) (value >>> shift));
        }
    }

    void bytes(Bytes content) {
        bytes.writeBytes(content.toByteArray());
    }

    /** Adds text, one character for each byte, and its NUL. */
    void text(Bytes content) {
        bytes(content);
        bytes.write(0);
    }

    int size() {
        return bytes.size();
    }

    List<Marker> markers() {
        return markers;
    }

    /** Puts paths at their markers, in one pass; the markers move with what stands before them. */
    void insertPaths(Function<Marker, String> path) {
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
            markers.set(i, new Marker(marker.kind, after.size(), marker.name, marker.place));
            if (marker.kind == MarkerKind.PATH) {
                after.bytes(Bytes.utf8(path.apply(marker) + '\0'));
            }
        }
        after.bytes(Bytes.wrap(before).from(copied));
        bytes.reset();
        bytes.writeBytes(after.toBytes().toByteArray());
    }

    /** Puts phandles into the cells behind their markers; a cell without one stays as it is. */
    void setPhandles(Function<Marker, OptionalInt> phandle) {
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

    Bytes toBytes() {
        return Bytes.wrap(bytes.toByteArray());
    }
}
