package dev.igvmtool.measurement;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.paravisor.ExpectedPageHashes;
import dev.igvmtool.abi.paravisor.ImportedRegions;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.PageDataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The hashes of its own shared pages that an OpenHCL image carries in measured pages: one for each page, and one over
 * all. Both belong to the shared pages in ascending order.
 */
final class SharedPageHashes {
    private static final int HASH_BYTES = PageHashes.HASH_BYTES;
    private static final int LIST_BEFORE_TABLE =
            (ParameterRegion.PAGE_HASHES_PAGE - ParameterRegion.IMPORTED_REGIONS_PAGE) * PageData.PAGE_SIZE;

    private final Map<Long, PageData> measured;
    private final boolean found;
    private final long tableGpa;
    private final long count;

    private SharedPageHashes(Map<Long, PageData> measured, boolean found, long tableGpa, long count) {
        this.measured = measured;
        this.found = found;
        this.tableGpa = tableGpa;
        this.count = count;
    }

    /**
     * What the image says of some pages.
     *
     * @param inTable for each page, whether the table has its hash
     */
    record Answer(List<Boolean> inTable, Coverage.SharedPagesHash all) {}

    /** Finds the hashes by the head of their table; without one, there are none. */
    static SharedPageHashes find(Map<Long, PageData> measured) {
        for (PageData page : measured.values()) {
            if (page.content().size() >= ExpectedPageHashes.CODEC.size()) {
                ExpectedPageHashes head =
                        ExpectedPageHashes.CODEC.read(page.content().slice(0, ExpectedPageHashes.CODEC.size()));
                if (head.magic() == ExpectedPageHashes.MAGIC
                        && head.version() == ExpectedPageHashes.VERSION
                        && head.count() <= ExpectedPageHashes.MAX_HASHES) {
                    return new SharedPageHashes(measured, true, page.gpa(), head.count());
                }
            }
        }
        return new SharedPageHashes(measured, false, 0, 0);
    }

    Answer compare(List<PageData> shared) {
        List<PageData> hashed = shared.stream()
                .filter(page -> page.dataType() == PageDataType.NORMAL)
                .toList();
        PageHashes.Summary hashes =
                new PageHashes().summary(hashed.stream().map(PageData::content).toList());
        List<Boolean> inTable = new ArrayList<>();
        int next = 0;
        for (PageData page : shared) {
            boolean equal = false;
            if (page.dataType() == PageDataType.NORMAL) {
                equal = next < count && hash(next).equals(hashes.each().slice(next * HASH_BYTES, HASH_BYTES));
                next++;
            }
            inTable.add(equal);
        }
        return new Answer(inTable, all(hashes.all()));
    }

    private Coverage.SharedPagesHash all(Bytes hash) {
        PageData list = measured.get(tableGpa - LIST_BEFORE_TABLE);
        if (!found || list == null) {
            return Coverage.SharedPagesHash.NONE;
        }
        Bytes stated = ImportedRegions.read(list.content().paddedTo(PageData.PAGE_SIZE))
                .sha384();
        return stated.equals(hash) ? Coverage.SharedPagesHash.MATCHES : Coverage.SharedPagesHash.DIFFERS;
    }

    /** An entry of the table, which may cross the end of a page; nothing if a part of it is not measured. */
    private Bytes hash(int index) {
        byte[] hash = new byte[HASH_BYTES];
        int start = ExpectedPageHashes.CODEC.size() + index * HASH_BYTES;
        for (int i = 0; i < HASH_BYTES; i++) {
            int offset = (start + i) % PageData.PAGE_SIZE;
            PageData page = measured.get(tableGpa + start + i - offset);
            if (page == null) {
                return Bytes.EMPTY;
            }
            hash[i] = offset < page.content().size() ? page.content().get(offset) : 0;
        }
        return Bytes.wrap(hash);
    }
}
