package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.FormatException;

/**
 * A place in source text.
 *
 * @param file name of the file as it was asked for
 * @param line from 1
 * @param column in bytes, from 1
 */
record Place(String file, int line, int column) {
    /** What is wrong here. */
    FormatException error(String message) {
        return new FormatException(message).in(toString());
    }

    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
