package dev.igvmtool.abi.paravisor;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;
import java.lang.invoke.MethodHandles;

/**
 * {@code ImportedRegionDescriptor}: a run of pages that the image fills.
 *
 * @param basePage number of the first page
 * @param pageCount pages; 0 ends a list
 * @param accepted 1 if the pages are private and accepted at launch, 0 if they are shared
 * @param padding zero
 */
public record ImportedRegion(
        @U64 long basePage,
        @U64 long pageCount,
        @U8 int accepted,
        @Fixed(7) Bytes padding) {
    /** 24 bytes. */
    public static final Codec<ImportedRegion> CODEC = Codec.of(ImportedRegion.class, MethodHandles.lookup());

    /** A descriptor with zero padding. */
    public static ImportedRegion of(long basePage, long pageCount, boolean accepted) {
        return new ImportedRegion(basePage, pageCount, accepted ? 1 : 0, Bytes.zeros(7));
    }

    /** True unless the pages are shared. */
    public boolean isAccepted() {
        return accepted != 0;
    }
}
