package dev.igvmtool.cli.coverage;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.paravisor.ImportedRegion;
import dev.igvmtool.abi.paravisor.ImportedRegions;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Other lists of what an image loads, as its boot shim reads them. */
final class SharedRegions {
    private SharedRegions() {}

    static ImportedRegions of(Guest guest) {
        return ImportedRegions.read(guest.memory().readBytes(page(guest), Guest.PAGE));
    }

    private static long page(Guest guest) {
        return guest.parameterPage(ParameterRegion.IMPORTED_REGIONS_PAGE);
    }

    static GpaRange range(ImportedRegion region) {
        return GpaRange.ofSize(region.basePage() * Guest.PAGE, region.pageCount() * Guest.PAGE);
    }

    /** True for regions in VTL2's memory. */
    static boolean ofVtl2(Guest guest, ImportedRegion region) {
        return memory(guest).contains(range(region));
    }

    static GpaRange memory(Guest guest) {
        return GpaRange.ofSize(
                guest.at(guest.params().memoryStartOffset()), guest.params().memorySize());
    }

    /** The list changed, the hash left as it is. */
    static Map<Long, Bytes> list(Guest guest, UnaryOperator<List<ImportedRegion>> change) {
        ImportedRegions old = of(guest);
        return write(guest, new ImportedRegions(old.sha384(), change.apply(old.regions())));
    }

    /** The hash of another image. */
    static Map<Long, Bytes> otherHash(Guest guest) {
        return write(
                guest,
                new ImportedRegions(
                        Bytes.zeros(ImportedRegions.HASH_BYTES), of(guest).regions()));
    }

    /** Some regions are said to be shared, with the hash that belongs to that. */
    static Map<Long, Bytes> shared(Guest guest, Predicate<ImportedRegion> which) {
        List<ImportedRegion> regions = listedShared(guest, which);
        Function<GpaRange, Bytes> content = range -> guest.memory().readBytes(range.start(), (int) range.size());
        return write(guest, new ImportedRegions(hash(regions, content), regions));
    }

    /** The same, of an image that has only zeros there. */
    static Map<Long, Bytes> zeroHash(Guest guest, Predicate<ImportedRegion> which) {
        List<ImportedRegion> regions = listedShared(guest, which);
        return write(guest, new ImportedRegions(hash(regions, range -> Bytes.zeros((int) range.size())), regions));
    }

    private static List<ImportedRegion> listedShared(Guest guest, Predicate<ImportedRegion> which) {
        return of(guest).regions().stream()
                .map(region ->
                        which.test(region) ? ImportedRegion.of(region.basePage(), region.pageCount(), false) : region)
                .toList();
    }

    private static Bytes hash(List<ImportedRegion> regions, Function<GpaRange, Bytes> content) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-384");
            for (ImportedRegion region : regions) {
                if (!region.isAccepted()) {
                    digest.update(content.apply(range(region)).toByteArray());
                }
            }
            return Bytes.wrap(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<Long, Bytes> write(Guest guest, ImportedRegions regions) {
        return Map.of(page(guest), regions.toBytes().paddedTo(Guest.PAGE));
    }
}
