package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.GpaRange;

/**
 * A structure at its place.
 *
 * @param name unique at a moment: that of its type, with a number where there are several
 * @param type what it is
 * @param range where it lies
 * @param foundBy how its place is known, one line
 */
public record Located(String name, StructureType type, GpaRange range, String foundBy) {
    /** First byte. */
    public long gpa() {
        return range.start();
    }
}
