package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.linux.ArmImageHeader;
import java.util.Optional;

/**
 * A flat kernel for aarch64. Linux, {@code Documentation/arch/arm64/booting.rst}.
 *
 * @param content the whole file
 * @param textOffset where it wants to be, from a 2 MiB boundary
 * @param sizeBytes memory that it takes, whole pages
 */
record FlatImage(Bytes content, long textOffset, long sizeBytes) {
    static FlatImage read(Bytes file) {
        Optional<ArmImageHeader> found = file.size() < ArmImageHeader.CODEC.size()
                ? Optional.empty()
                : Optional.of(ArmImageHeader.CODEC.read(file)).filter(it -> it.magic() == ArmImageHeader.MAGIC);
        ArmImageHeader header =
                found.orElseThrow(() -> new FormatException("not an arm64 Image: no magic 'ARM\\x64' at 0x38"));
        if ((header.flags() & ArmImageHeader.BIG_ENDIAN) != 0) {
            throw new FormatException("arm64 Image is big endian, expected little endian");
        }
        if (header.pages() != ArmImageHeader.PAGES_4K) {
            throw new FormatException("arm64 Image has pages of kind " + header.pages() + ", expected 1 (4 KiB)");
        }
        if ((header.flags() & ArmImageHeader.ANYWHERE) == 0) {
            throw new FormatException("arm64 Image must be near the start of memory (flag bit 3 is 0)");
        }
        long textOffset = header.textOffset();
        long imageSize = header.imageSize();
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
