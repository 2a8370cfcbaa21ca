package dev.igvmtool.format.wire;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;

/**
 * {@code IGVM_FIXED_HEADER}, 24 bytes. Version 2 has u32 architecture and u32 page size after it.
 *
 * @param magic {@link #MAGIC}
 * @param formatVersion 1 or 2
 * @param variableHeaderOffset from the start of the file
 * @param variableHeaderSize in bytes, padding included
 * @param totalFileSize in bytes
 * @param checksum CRC-32 over fixed header (with zero here) and variable headers
 */
public record FixedHeader(
        @U32 int magic,
        @U32 int formatVersion,
        @U32 long variableHeaderOffset,
        @U32 long variableHeaderSize,
        @U32 long totalFileSize,
        @U32 int checksum) {
    /** {@code IGVM} as the file has it. */
    public static final int MAGIC = 0x4d56_4749;

    /** Bytes of version 2. */
    public static final int V2_SIZE = 32;

    /** Where the checksum stands. */
    public static final int CHECKSUM_OFFSET = 20;

    public static final Codec<FixedHeader> CODEC = Codec.of(FixedHeader.class, lookup());
}
