package dev.igvmtool.builder.emit;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.paravisor.ExpectedPageHashes;
import dev.igvmtool.abi.paravisor.ImportedRegion;
import dev.igvmtool.abi.paravisor.ImportedRegions;
import dev.igvmtool.builder.load.Acceptance;
import dev.igvmtool.builder.load.ImageSink;
import dev.igvmtool.builder.manifest.ManifestException;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.PageDataType;
import dev.igvmtool.measurement.PageHashes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * What an OpenHCL image says of its own pages: the list of imported regions with one hash over all shared pages, and a
 * hash of each shared page.
 */
final class ImportedRegionsPages {
    private static final String LIST_TAG = "loader-imported-regions";
    private static final String HASHES_TAG = "loader-expected-page-hashes";

    private final SharedPageHashes sharedPages;
    private boolean announced;
    private long listPage;
    private long hashesPage;
    private long hashesPageCount;

    ImportedRegionsPages(SharedPageHashes sharedPages) {
        this.sharedPages = sharedPages;
    }

    void announce(long list, long hashes, long hashesCount) {
        announced = true;
        listPage = list;
        hashesPage = hashes;
        hashesPageCount = hashesCount;
    }

    boolean isAnnounced() {
        return announced;
    }

    /**
     * Imports hashes, then list, which tells of both.
     *
     * @param pages all others, ascending
     */
    void importInto(ImageSink sink, AcceptedRanges accepted, List<PageData> pages) {
        List<Bytes> shared = pages.stream()
                .filter(page -> page.flags().shared() && page.dataType() == PageDataType.NORMAL)
                .map(PageData::content)
                .toList();
        if (shared.size() > ExpectedPageHashes.MAX_HASHES) {
            throw new ManifestException(shared.size() + " shared pages (kernel and initrd) need a hash each, there is"
                    + " room for " + ExpectedPageHashes.MAX_HASHES);
        }
        byte[] region = new byte[Math.toIntExact(hashesPageCount * ImageSink.PAGE)];
        ByteBuffer hashes = ByteBuffer.wrap(region).order(ByteOrder.LITTLE_ENDIAN);
        Bytes head = ExpectedPageHashes.CODEC.toBytes(
                new ExpectedPageHashes(ExpectedPageHashes.MAGIC, ExpectedPageHashes.VERSION, shared.size(), 0));
        hashes.put(head.asBuffer());
        PageHashes.Summary summary = sharedPages.of(shared);
        hashes.put(summary.each().asBuffer());
        sink.importPages(hashesPage, hashesPageCount, HASHES_TAG, Acceptance.EXCLUSIVE, Bytes.wrap(region));

        AcceptedRanges withList = accepted.copy();
        withList.add(listPage, 1, LIST_TAG, Acceptance.EXCLUSIVE);
        List<ImportedRegion> regions = withList.joined().stream()
                .map(it -> ImportedRegion.of(
                        it.firstPage(), it.endPage() - it.firstPage(), it.acceptance() != Acceptance.SHARED))
                .toList();
        if (regions.size() > ImportedRegions.MAX_REGIONS) {
            throw new ManifestException(
                    regions.size() + " imported regions, their page has room for " + ImportedRegions.MAX_REGIONS);
        }
        Bytes list = new ImportedRegions(summary.all(), regions).toBytes();
        sink.importPages(listPage, 1, LIST_TAG, Acceptance.EXCLUSIVE, list);
    }
}
