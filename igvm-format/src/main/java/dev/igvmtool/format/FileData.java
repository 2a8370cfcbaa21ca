package dev.igvmtool.format;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;

/** The file data area of a file that is being read: hands out slices, never copies. */
final class FileData {
    private final Bytes file;
    private final long start;

    /** @param start offset of the first byte after the variable headers */
    FileData(Bytes file, long start) {
        this.file = file;
        this.start = start;
    }

    /** Bytes from {@code fileOffset} to the end of the file; a malformed file if there are fewer than {@code size}. */
    Bytes slice(long fileOffset, long size) {
        long available = available(fileOffset);
        if (Long.compareUnsigned(size, available) > 0) {
            throw new FormatException(String.format(
                            "content reaches past the end of the file: needs 0x%x bytes at 0x%08x, file ends at 0x%08x",
                            size, fileOffset, file.size()))
                    .in("field file_offset");
        }
        return file.slice((int) fileOffset, (int) size);
    }

    /** The u32 at {@code fileOffset}. */
    long u32(long fileOffset) {
        return slice(fileOffset, Integer.BYTES).u32(0);
    }

    /** Number of bytes from {@code fileOffset} to the end of the file. */
    private long available(long fileOffset) {
        if (fileOffset < start || fileOffset > file.size()) {
            throw new FormatException(String.format(
                            "content at 0x%08x lies outside the file data, which is 0x%08x-0x%08x",
                            fileOffset, start, file.size()))
                    .in("field file_offset");
        }
        return file.size() - fileOffset;
    }
}
