package dev.igvmtool.abi.paravisor;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.U64;
import java.lang.invoke.MethodHandles;

/**
 * {@code PageRegionDescriptor}: a run of 4 KiB pages of guest memory.
 *
 * @param basePage number of the first page
 * @param pageCount pages; 0 if the region is absent
 */
public record PageRegion(@U64 long basePage, @U64 long pageCount) {
    /** No pages. */
    public static final PageRegion EMPTY = new PageRegion(0, 0);

    /** 16 bytes. */
    public static final Codec<PageRegion> CODEC = Codec.of(PageRegion.class, MethodHandles.lookup());

    /** True if there is no page. */
    public boolean isEmpty() {
        return pageCount == 0;
    }

    /**
     * The addresses of the region.
     *
     * @throws IllegalArgumentException if the end wraps; check a region from outside first
     */
    public GpaRange toRange() {
        return GpaRange.ofSize(basePage << 12, pageCount << 12);
    }
}
