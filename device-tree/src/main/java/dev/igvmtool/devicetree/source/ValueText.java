package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.live.LiveValue;
import dev.igvmtool.devicetree.live.LiveValue.Marker;
import dev.igvmtool.devicetree.live.LiveValue.MarkerKind;
import java.util.ArrayList;
import java.util.List;

/** Values as source text: dtc 1.6.1, treesource.c. */
final class ValueText {
    private static final int NO_FURTHER_PART = -1;

    private final StringBuilder out;

    ValueText(StringBuilder out) {
        this.out = out;
    }

    /** Writes a value, a space before each part of it; nothing if it is empty. */
    void write(LiveValue value) {
        if (value.size() == 0) {
            return;
        }
        Bytes bytes = value.toBytes();
        List<Marker> markers = new ArrayList<>(value.markers());
        if (markers.stream().noneMatch(marker -> marker.kind().isType())) {
            markers.removeIf(marker -> marker.kind() == MarkerKind.FILE);
            markers.add(0, new Marker(guess(bytes, markers), 0, ""));
        }
        removeMissingPaths(markers, bytes.size());
        int[] partEnds = partEnds(markers);
        boolean open = false;
        MarkerKind type = MarkerKind.BYTES;
        for (int i = 0; i < markers.size(); i++) {
            Marker marker = markers.get(i);
            boolean last = i + 1 == markers.size();
            int end = last ? bytes.size() : markers.get(i + 1).offset();
            if (beginsPart(marker)) {
                type = marker.kind();
                open = true;
                out.append(' ').append(opening(type));
            } else if (marker.kind() == MarkerKind.LABEL) {
                out.append(' ').append(marker.name()).append(':');
            } else if (marker.offset() > 0) {
                out.append(' ');
            }
            if (open) {
                part(bytes.slice(marker.offset(), end - marker.offset()), type);
                boolean lastPart = partEnds[i] == NO_FURTHER_PART;
                boolean whole = end > marker.offset() && end == (lastPart ? bytes.size() : partEnds[i]);
                // Differs: dtc leaves empty parts open, and such text cannot be read.
                boolean lastOfPart = last || beginsPart(markers.get(i + 1));
                if (whole || lastOfPart) {
                    out.append(closing(type)).append(lastPart ? "" : ",");
                    open = false;
                }
            }
        }
    }

    /** Differs: where there are types, what comes of a file has one, too; dtc ends with an assertion. */
    private static boolean beginsPart(Marker marker) {
        return marker.kind().isType() || marker.kind() == MarkerKind.FILE;
    }

    /** A path that could not be put in leaves a part that source text has no form for. */
    private static void removeMissingPaths(List<Marker> markers, int size) {
        int next = size;
        for (int i = markers.size() - 1; i >= 0; i--) {
            Marker marker = markers.get(i);
            if (marker.kind() == MarkerKind.TEXT && marker.offset() == next) {
                markers.set(i, new Marker(MarkerKind.PATH, next, marker.name()));
            }
            next = beginsPart(marker) ? marker.offset() : next;
        }
    }

    /** For each marker, where the part that it is in ends: where the next begins, which the last has not. */
    private static int[] partEnds(List<Marker> markers) {
        int[] ends = new int[markers.size()];
        int end = NO_FURTHER_PART;
        for (int i = ends.length - 1; i >= 0; i--) {
            ends[i] = end;
            end = beginsPart(markers.get(i)) ? markers.get(i).offset() : end;
        }
        return ends;
    }

    private void part(Bytes bytes, MarkerKind type) {
        switch (type) {
            case TEXT -> text(bytes);
            case CELLS_16 -> cells(bytes, Short.BYTES);
            case CELLS_32 -> cells(bytes, Integer.BYTES);
            case CELLS_64 -> cells(bytes, Long.BYTES);
            default -> cells(bytes, 1);
        }
    }

    private static String opening(MarkerKind type) {
        return switch (type) {
            case TEXT -> "";
            case CELLS_16 -> "/bits/ 16 <";
            case CELLS_32 -> "<";
            case CELLS_64 -> "/bits/ 64 <";
            default -> "[";
        };
    }

    private static String closing(MarkerKind type) {
        return switch (type) {
            case TEXT -> "";
            case CELLS_16, CELLS_32, CELLS_64 -> ">";
            default -> "]";
        };
    }

    private static MarkerKind guess(Bytes value, List<Marker> markers) {
        boolean text = isText(value);
        boolean cells = value.size() % Integer.BYTES == 0;
        for (Marker marker : markers) {
            if (marker.kind() == MarkerKind.LABEL) {
                text &= marker.offset() == 0 || value.u8(marker.offset() - 1) == 0;
                cells &= marker.offset() % Integer.BYTES == 0;
            }
        }
        if (text) {
            return MarkerKind.TEXT;
        }
        return cells ? MarkerKind.CELLS_32 : MarkerKind.BYTES;
    }

    /** Printable characters and the escapes of C, ended by a NUL, with fewer NULs than other characters. */
    private static boolean isText(Bytes value) {
        int nuls = 0;
        for (int i = 0; i < value.size(); i++) {
            int c = value.u8(i);
            if (c == 0) {
                nuls++;
            } else if ((c < 0x20 || c > 0x7e) && (c < 7 || c > 13)) {
                return false;
            }
        }
        return !value.isEmpty() && value.u8(value.size() - 1) == 0 && nuls <= value.size() - nuls;
    }

    private void cells(Bytes bytes, int width) {
        for (int at = 0; at + width <= bytes.size(); at += width) {
            if (at > 0) {
                out.append(' ');
            }
            long value = 0;
            for (int i = 0; i < width; i++) {
                value = value << Byte.SIZE | bytes.u8(at + i);
            }
            // Two digits at least; values may have millions of cells.
            out.append(width == 1 ? "" : "0x")
                    .append(value >>> 4 == 0 ? "0" : "")
                    .append(Long.toHexString(value));
        }
    }

    /** Text without the NUL that ends it. */
    private void text(Bytes value) {
        if (value.isEmpty()) {
            return; // a path follows
        }
        out.append('"');
        for (int i = 0; i < value.size() - 1; i++) {
            int c = value.u8(i);
            switch (c) {
                case 0 -> out.append("\\0");
                case 7 -> out.append("\\a");
                case '\b' -> out.append("\\b");
                case '\t' -> out.append("\\t");
                case '\n' -> out.append("\\n");
                case 11 -> out.append("\\v");
                case '\f' -> out.append("\\f");
                case '\r' -> out.append("\\r");
                case '\\' -> out.append("\\\\");
                case '"' -> out.append("\\\"");
                // Differs: dtc writes eight digits for bytes from 0x80 on, of which two are read.
                default -> out.append(c >= 0x20 && c <= 0x7e ? String.valueOf((char) c) : String.format("\\x%02x", c));
            }
        }
        out.append('"');
    }
}
