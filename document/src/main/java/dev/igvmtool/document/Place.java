package dev.igvmtool.document;

/**
 * A place in a text file.
 *
 * @param file name of the file, as the user gave it
 * @param line from 1
 * @param column from 1
 */
public record Place(String file, int line, int column) {
    @Override
    public String toString() {
        return file + ": line " + line + ", column " + column;
    }
}
