package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.GpaRange;

/** The list of page numbers behind the header of a rep hypercall. */
final class PageList {
    private PageList() {}

    /** Adds the pages of {@code range}; their number. */
    static int write(ByteWriter input, GpaRange range) {
        for (long at = range.start(); at < range.end(); at += DataLayout.PAGE) {
            input.u64(at / DataLayout.PAGE);
        }
        return (int) (range.size() / DataLayout.PAGE);
    }
}
