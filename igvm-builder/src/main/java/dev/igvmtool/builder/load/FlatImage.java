package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;

/**
 * A flat kernel for aarch64. Linux, {@code Documentation/arch/arm64/booting.rst}.
 *
 * @param content the whole file
 * @param textOffset where it wants to be, from a 2 MiB boundary
 * @param sizeBytes memory that it takes, whole pages
 */
record FlatImage(Bytes content, long textOffset, long sizeBytes) {
    private static final int HEADER = 64;
    private static final int MAGIC_OFFSET = 56;
    private static final long MAGIC = 0x644d_5241;
    private static final int PAGE_4K = 1;

    static FlatImage read(Bytes file) {
        if (file.size() < HEADER || file.u32(MAGIC_OFFSET) != MAGIC) {
            throw new FormatException("not an arm64 Image: no magic 'ARM\\x64' at 0x38");
        }
        long flags = file.u64(24);
        if ((flags & 1) != 0) {
            throw new FormatException("arm64 Image is big endian, expected little endian");
        }
        if ((flags >> 1 & 3) != PAGE_4K) {
            throw new FormatException("arm64 Image has pages of kind " + (flags >> 1 & 3) + ", expected 1 (4 KiB)");
        }
        if ((flags & 8) == 0) {
            throw new FormatException("arm64 Image must be near the start of memory (flag bit 3 is 0)");
        }
        long textOffset = file.u64(8);
        long imageSize = file.u64(16);
        if (textOffset < 0 || textOffset > 1L << 40 || imageSize < 0 || imageSize > 1L << 40) {
            throw new FormatException(
                    String.format("arm64 Image wants 0x%x bytes at offset 0x%x", imageSize, textOffset));
        }
        long size = Pages.up(imageSize == 0 ? file.size() : imageSize);
        if (file.size() > size) {
            throw new FormatException(
                    String.format("arm64 Image has 0x%x bytes, more than its image_size 0x%x", file.size(), imageSize));
        }
        return new FlatImage(file, textOffset, size);
    }
}
