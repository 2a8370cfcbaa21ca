package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;

/**
 * A UEFI firmware volume image for x64, as far as its entry point needs it.
 * {@code vm/loader/src/uefi/mod.rs: get_sec_entry_point_offset}; formats of the UEFI PI specification, volume 3.
 */
final class UefiFirmware {
    private static final int SEC_VOLUME = 0x5e_0000;
    private static final int VOLUME_HEADER = 56;
    private static final int FILE_HEADER = 24;
    private static final int SECTION_HEADER = 4;
    private static final int FILE_TYPE_SECURITY_CORE = 3;
    private static final int SECTION_PE32 = 0x10;
    private static final int MZ = 0x5a4d;
    private static final int TE = 0x5a56;
    private static final long PE = 0x4550;
    private static final int TE_HEADER = 40;

    private final Bytes image;

    UefiFirmware(Bytes image) {
        this.image = image;
    }

    /** Offset of the security core's entry point in the image. */
    long entryOffset() {
        need(SEC_VOLUME, VOLUME_HEADER, "firmware volume header");
        if (image.u32(SEC_VOLUME + 40) != 0x4856_465fL) {
            throw new FormatException(String.format(
                    "no firmware volume at 0x%x of the UEFI image: found %s, expected _FVH",
                    SEC_VOLUME, image.slice(SEC_VOLUME + 40, 4).toHex()));
        }
        long volumeLength = image.u64(SEC_VOLUME + 32);
        int start = SEC_VOLUME + image.u16(SEC_VOLUME + 48);
        int position = 0;
        while (position >= 0 && Long.compareUnsigned(position, volumeLength) < 0) {
            position = (position + 7) & ~7;
            int file = start + position;
            need(file, FILE_HEADER, "firmware file header");
            int size = u24(file + 20);
            if (image.u8(file + 18) == FILE_TYPE_SECURITY_CORE) {
                return section(file + FILE_HEADER, position + FILE_HEADER, size);
            }
            if (size < FILE_HEADER) {
                throw new FormatException(
                        String.format("firmware file at 0x%x of the UEFI image has a size of 0x%x", file, size));
            }
            position += size;
        }
        throw noEntry();
    }

    /** Offset of the entry point of the first executable section. */
    private long section(int start, int startPosition, int fileSize) {
        int offset = start;
        int position = startPosition;
        while (position < fileSize) {
            // Positions count from the end of the volume header but are held against the file's size, as the reference
            // does; the two agree for the first file.
            int aligned = (position + 3) & ~3;
            offset += aligned - position;
            position = aligned;
            need(offset, SECTION_HEADER, "firmware section header");
            if (image.u8(offset + 3) == SECTION_PE32) {
                int executable = offset + SECTION_HEADER;
                return executable + entryOf(executable);
            }
            int size = u24(offset);
            if (size < SECTION_HEADER) {
                throw new FormatException(
                        String.format("firmware section at 0x%x of the UEFI image has a size of 0x%x", offset, size));
            }
            offset += size;
            position += size;
        }
        throw noEntry();
    }

    private long entryOf(int executable) {
        need(executable, 64, "executable header");
        int header = executable;
        if (image.u16(executable) == MZ) {
            long offset = image.u32(executable + 0x3c);
            if (offset > image.size()) {
                throw new FormatException(String.format("PE header at 0x%x lies outside of the UEFI image", offset));
            }
            header = Math.toIntExact(executable + offset);
        }
        need(header, 44, "PE header");
        if (image.u16(header) == TE) {
            return checkEntry(image.u32(header + 8) + TE_HEADER - image.u16(header + 6), executable);
        }
        if (image.u32(header) == PE) {
            return checkEntry(image.u32(header + 40), executable);
        }
        throw new FormatException(
                String.format("security core at 0x%x of the UEFI image is neither PE nor TE", header));
    }

    private long checkEntry(long entry, int executable) {
        if (entry < 0 || executable + entry >= image.size()) {
            throw new FormatException(String.format("entry point 0x%x lies outside of the UEFI image", entry));
        }
        return entry;
    }

    private int u24(int offset) {
        return image.u16(offset) | image.u8(offset + 2) << 16;
    }

    private void need(int offset, int length, String what) {
        if (offset < 0 || offset > image.size() - length) {
            throw new FormatException(String.format(
                    "%s at 0x%x reaches past the UEFI image, which has 0x%x bytes", what, offset, image.size()));
        }
    }

    private static FormatException noEntry() {
        return new FormatException("the UEFI image has no security core with an executable section");
    }
}
