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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * What an OpenHCL image says of its own pages: the list of imported regions with one hash over all shared pages, and a
 * hash of each shared page.
 */
final class ImportedRegionsPages {
    private static final String LIST_TAG = "loader-imported-regions";
    private static final String HASHES_TAG = "loader-expected-page-hashes";

    private boolean announced;
    private long listPage;
    private long hashesPage;
    private long hashesPageCount;

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
        List<PageData> shared = pages.stream()
                .filter(page -> page.flags().shared() && page.dataType() == PageDataType.NORMAL)
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
        MessageDigest all = sha384();
        MessageDigest one = sha384();
        for (PageData page : shared) {
            byte[] content = page.content().paddedTo(ImageSink.PAGE).toByteArray();
            all.update(content);
            hashes.put(one.digest(content));
        }
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
        Bytes list = new ImportedRegions(Bytes.wrap(all.digest()), regions).toBytes();
        sink.importPages(listPage, 1, LIST_TAG, Acceptance.EXCLUSIVE, list);
    }

    private static MessageDigest sha384() {
        try {
            return MessageDigest.getInstance("SHA-384");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-384", e);
        }
    }
}
