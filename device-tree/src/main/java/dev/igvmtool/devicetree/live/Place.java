package dev.igvmtool.devicetree.live;

import dev.igvmtool.abi.binary.FormatException;

/**
 * A piece of source text. Its text form is that of dtc: {@code FILE:LINE.COLUMN-COLUMN}.
 *
 * @param file name of the file as it was asked for
 * @param line of its start, from 1
 * @param column of its start, in bytes, from 1
 * @param endLine of its end
 * @param endColumn behind its last byte
 */
public record Place(String file, int line, int column, int endLine, int endColumn) {
    /** From the start of this piece to the end of {@code last}. */
    public Place to(Place last) {
        return new Place(last.file, line, column, last.endLine, last.endColumn);
    }

    /** What is wrong here. */
    public FormatException error(String message) {
        return new FormatException(message).in(toString());
    }

    @Override
    public String toString() {
        String start = file + ":" + line + "." + column;
        if (line != endLine) {
            return start + "-" + endLine + "." + endColumn;
        }
        return column == endColumn ? start : start + "-" + endColumn;
    }
}
