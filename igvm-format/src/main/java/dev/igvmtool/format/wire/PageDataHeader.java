package dev.igvmtool.format.wire;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.ByteWriter;

/**
 * {@code IGVM_VHS_PAGE_DATA}. Read and written by hand: a large image has hundreds of thousands of these.
 *
 * @param gpa page-aligned
 * @param compatibilityMask platforms the header is for
 * @param fileOffset of 4096 bytes of content; 0 means zeros
 * @param flags see {@code PageDataFlags}
 * @param dataType number of a {@code PageDataType}
 * @param reserved zero
 */
public record PageDataHeader(long gpa, int compatibilityMask, long fileOffset, int flags, int dataType, int reserved) {
    /** Bytes of the payload. */
    public static final int SIZE = 24;

    /** Reads one payload. */
    public static PageDataHeader read(ByteReader reader) {
        return new PageDataHeader(
                reader.u64(), (int) reader.u32(), reader.u32(), (int) reader.u32(), reader.u16(), reader.u16());
    }

    /** Writes the payload. */
    public void write(ByteWriter writer) {
        writer.u64(gpa)
                .u32(Integer.toUnsignedLong(compatibilityMask))
                .u32(fileOffset)
                .u32(Integer.toUnsignedLong(flags))
                .u16(dataType)
                .u16(reserved);
    }
}
