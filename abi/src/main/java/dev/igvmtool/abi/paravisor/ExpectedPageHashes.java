package dev.igvmtool.abi.paravisor;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import java.lang.invoke.MethodHandles;

/**
 * Head of the expected page hashes at page {@link ParameterRegion#PAGE_HASHES_PAGE} of the parameter region: one
 * SHA-384 follows for each shared page of the image, in ascending order. For diagnosis only.
 *
 * @param magic {@link #MAGIC}
 * @param version {@link #VERSION}
 * @param count number of hashes, at most {@link #MAX_HASHES}
 * @param reserved zero
 */
public record ExpectedPageHashes(
        @U32 int magic,
        @U32 int version,
        @U32 long count,
        @U32 int reserved) {
    /** {@code EPHS} in memory order. */
    public static final int MAGIC = 0x5348_5045;

    /** The only version. */
    public static final int VERSION = 1;

    /** Hashes for which the region has room. */
    public static final int MAX_HASHES = (ParameterRegion.PAGE_HASHES_PAGE_COUNT * 4096 - 16) / 48;

    /** 16 bytes. */
    public static final Codec<ExpectedPageHashes> CODEC = Codec.of(ExpectedPageHashes.class, MethodHandles.lookup());
}
