package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;

/** A kernel as distributions ship it, made what the loaders place: an ELF file, or a flat image for aarch64. */
final class KernelFile {
    private static final int ELF_MAGIC = 0x464c_457f;
    private static final int ARM64_MAGIC = 0x644d_5241;
    private static final int ARM64_MAGIC_AT = 0x38;
    private static final int GZIP_MAGIC = 0x8b1f;

    private KernelFile() {}

    /**
     * The kernel itself, taken out of a bzImage or unpacked by gzip if it is in one.
     *
     * @throws FormatException if it is of no known kind, or damaged
     */
    static Bytes unpack(Bytes file) {
        if (BzImage.isBzImage(file)) {
            return BzImage.read(file).unpackElf();
        }
        if (file.size() >= Short.BYTES && file.u16(0) == GZIP_MAGIC) {
            Bytes content = KernelPayload.unpack(file);
            if (isKernel(content)) {
                return content;
            }
            throw new FormatException(
                    "the file is packed by gzip, but what is in it is neither an ELF file nor an arm64 Image");
        }
        if (!isKernel(file)) {
            throw new FormatException("the file is no kernel: neither an ELF file, a bzImage nor an arm64 Image");
        }
        return file;
    }

    private static boolean isKernel(Bytes file) {
        return file.size() >= ARM64_MAGIC_AT + Integer.BYTES
                && (file.u32(0) == ELF_MAGIC || file.u32(ARM64_MAGIC_AT) == ARM64_MAGIC);
    }
}
