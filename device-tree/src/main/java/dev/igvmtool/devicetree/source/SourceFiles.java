package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;

/** Where included files come from. */
public interface SourceFiles {
    /** No files: every include is an error. */
    SourceFiles NONE = (name, includer, limitBytes) -> {
        throw new FormatException("file \"" + name + "\" cannot be included: the source has no folder");
    };

    /**
     * A file that was found.
     *
     * @param name for messages, and to find what the file includes in turn
     * @param content at most the limit that was asked for
     */
    record Found(String name, Bytes content) {}

    /**
     * Finds a file.
     *
     * @param name as the source says
     * @param includer name of the file that says so
     * @param limitBytes most bytes that may be returned
     * @throws FormatException if there is no such file, it may not be read, or is larger than the limit
     */
    Found find(String name, String includer, long limitBytes);
}
