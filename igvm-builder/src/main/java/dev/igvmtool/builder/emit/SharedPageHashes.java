package dev.igvmtool.builder.emit;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.measurement.PageHashes;
import java.util.List;

/**
 * Hashes of shared pages, which are the largest part of an image and the same for most platforms of a file: remembers
 * the last ones. Pages that are slices of one resource are known to be equal without a look at them.
 */
public final class SharedPageHashes {
    private final PageHashes hashes = new PageHashes();
    private List<Bytes> lastPages = List.of();
    private PageHashes.Summary last = hashes.summary(lastPages);

    PageHashes.Summary of(List<Bytes> pages) {
        if (!pages.equals(lastPages)) {
            last = hashes.summary(pages);
            lastPages = pages;
        }
        return last;
    }
}
