package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.linux.BootParams;

/**
 * An x86 Linux boot image: real-mode setup code with the setup header, then the protected-mode kernel, in which the ELF
 * kernel is packed. Linux, {@code Documentation/arch/x86/boot.rst}; offsets are those of {@code boot_params}.
 */
public final class BzImage {
    private static final int MINIMUM_BYTES = 0x268;
    private static final int VERSION_XLOADFLAGS = 0x20c;
    private static final int XLOADFLAGS = 0x236;
    private static final int SETUP_SECTS = 0x1f1;
    private static final int SYSSIZE = 0x1f4;
    private static final int PAYLOAD_OFFSET = 0x248;
    private static final int PAYLOAD_LENGTH = 0x24c;
    private static final int ENTRY64_OFFSET = 0x200;
    private static final int DEFAULT_SETUP_SECTS = 4;
    private static final int SECTOR = 512;

    private final Bytes image;
    private final Bytes kernel;

    private BzImage(Bytes image, Bytes kernel) {
        this.image = image;
        this.kernel = kernel;
    }

    /** True if the bytes start like a boot image of a known kind. */
    public static boolean isBzImage(Bytes image) {
        return image.size() >= MINIMUM_BYTES
                && image.u16(BootParams.BOOT_FLAG) == BootParams.BOOT_FLAG_MAGIC
                && image.u32(BootParams.HEADER) == BootParams.HEADER_MAGIC;
    }

    /**
     * Reads the headers.
     *
     * @throws FormatException if it is no 64-bit boot image, or cut short
     */
    public static BzImage read(Bytes image) {
        if (!isBzImage(image)) {
            throw new FormatException("not a bzImage: no 0xaa55 at 0x1fe with 'HdrS' at 0x202");
        }
        int version = image.u16(BootParams.VERSION);
        if (version < VERSION_XLOADFLAGS) {
            throw new FormatException(String.format(
                    "bzImage has boot protocol %d.%02d, expected at least 2.12", version >> 8, version & 0xff));
        }
        if ((image.u8(BootParams.LOADFLAGS) & 1) == 0) {
            throw new FormatException("bzImage is loaded low (bit 0 of loadflags is 0), expected a high one");
        }
        if ((image.u16(XLOADFLAGS) & 1) == 0) {
            throw new FormatException("bzImage has no 64-bit entry point (bit 0 of xloadflags is 0)");
        }
        int sectors = image.u8(SETUP_SECTS);
        int start = ((sectors == 0 ? DEFAULT_SETUP_SECTS : sectors) + 1) * SECTOR;
        long length = image.u32(SYSSIZE) * 16;
        if (length == 0) {
            length = Math.max(0, image.size() - start);
        }
        if (length <= ENTRY64_OFFSET || start + length > image.size()) {
            throw new FormatException(String.format(
                    "kernel of the bzImage needs 0x%x bytes at 0x%x, the file has 0x%x", length, start, image.size()));
        }
        return new BzImage(image, image.slice(start, (int) length));
    }

    /** The protected-mode kernel: code that unpacks, with the packed kernel in it. */
    public Bytes kernel() {
        return kernel;
    }

    /** Offset of the 64-bit entry point in {@link #kernel}. */
    public long entryOffset() {
        return ENTRY64_OFFSET;
    }

    /** The setup header as boot parameters hold it, from 0x1f1 to 0x268. */
    public Bytes setupHeader() {
        return image.slice(BootParams.SETUP_HEADER, MINIMUM_BYTES - BootParams.SETUP_HEADER);
    }

    /** First address behind the kernel if it is placed at {@code gpa}, with room to unpack. */
    public long endAt(long gpa) {
        long preferred = image.u64(BootParams.PREF_ADDRESS);
        if (preferred < 0 || preferred > 1L << 52) {
            throw new FormatException(
                    String.format("bzImage prefers the address 0x%x, beyond guest memory", preferred));
        }
        return Math.max(Pages.up(gpa + kernel.size()), Math.max(gpa, preferred) + image.u32(BootParams.INIT_SIZE));
    }

    /**
     * The ELF kernel packed in the image.
     *
     * @throws FormatException if the payload is no known archive, is damaged, or unpacks beyond reason
     */
    public Bytes unpackElf() {
        long offset = image.u32(PAYLOAD_OFFSET);
        long length = image.u32(PAYLOAD_LENGTH);
        if (length == 0 || offset + length > kernel.size()) {
            throw new FormatException(String.format(
                    "payload of the bzImage needs 0x%x bytes at 0x%x of its kernel, which has 0x%x",
                    length, offset, kernel.size()));
        }
        return KernelPayload.unpack(kernel.slice((int) offset, (int) length));
    }
}
