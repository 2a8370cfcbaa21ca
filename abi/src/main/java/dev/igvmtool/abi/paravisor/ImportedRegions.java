package dev.igvmtool.abi.paravisor;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code ImportedRegionsPageHeader} and the descriptors behind it: page {@link ParameterRegion#IMPORTED_REGIONS_PAGE}
 * of the parameter region. The list ends at the first descriptor of no pages, or with the page.
 *
 * @param sha384 SHA-384 over all shared pages of the image, in ascending order
 * @param regions ascending by page
 */
public record ImportedRegions(Bytes sha384, List<ImportedRegion> regions) {
    /** Bytes of the hash. */
    public static final int HASH_BYTES = 48;

    /** Descriptors for which a page has room. */
    public static final int MAX_REGIONS = (4096 - HASH_BYTES) / 24;

    public ImportedRegions {
        regions = List.copyOf(regions);
    }

    /** Reads the list from a page of 4096 bytes. */
    public static ImportedRegions read(Bytes page) {
        ByteReader reader = new ByteReader(page);
        Bytes hash = reader.bytes(HASH_BYTES);
        List<ImportedRegion> regions = new ArrayList<>();
        while (reader.remaining() >= ImportedRegion.CODEC.size() && regions.size() < MAX_REGIONS) {
            ImportedRegion region = ImportedRegion.CODEC.read(reader);
            if (region.pageCount() == 0) {
                break;
            }
            regions.add(region);
        }
        return new ImportedRegions(hash, regions);
    }

    /** Hash and descriptors, without filling to a page. */
    public Bytes toBytes() {
        if (regions.size() > MAX_REGIONS) {
            throw new IllegalArgumentException(regions.size() + " descriptors do not fit a page");
        }
        ByteWriter writer = new ByteWriter().bytes(sha384);
        regions.forEach(region -> ImportedRegion.CODEC.write(writer, region));
        return writer.toBytes();
    }
}
