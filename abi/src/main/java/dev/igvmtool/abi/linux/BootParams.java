package dev.igvmtool.abi.linux;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.StructLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code boot_params}, the zero page, 4096 bytes: what a boot loader hands to the kernel in RSI. A value over the whole
 * page, so that fields without a name here survive; the {@code setup_header} inside has its fields here too.
 *
 * <p>Specification: Linux {@code Documentation/arch/x86/zero-page.rst} and {@code boot.rst}.
 *
 * @param page the 4096 bytes
 */
public record BootParams(Bytes page) {
    /** Size of the structure. */
    public static final int SIZE = 4096;
    /** Entries that the table in the page holds; more go into {@link SetupData#E820_EXT}. */
    public static final int MAX_E820_ENTRIES = 128;

    public static final int EXT_RAMDISK_IMAGE = 0x0c0;
    public static final int EXT_RAMDISK_SIZE = 0x0c4;
    public static final int EXT_CMD_LINE_PTR = 0x0c8;
    public static final int E820_ENTRIES = 0x1e8;
    public static final int SENTINEL = 0x1ef;
    /** Start of {@code setup_header}. */
    public static final int SETUP_HEADER = 0x1f1;

    public static final int BOOT_FLAG = 0x1fe;
    public static final int HEADER = 0x202;
    public static final int VERSION = 0x206;
    public static final int TYPE_OF_LOADER = 0x210;
    public static final int LOADFLAGS = 0x211;
    public static final int CODE32_START = 0x214;
    public static final int RAMDISK_IMAGE = 0x218;
    public static final int RAMDISK_SIZE = 0x21c;
    public static final int CMD_LINE_PTR = 0x228;
    public static final int KERNEL_ALIGNMENT = 0x230;
    public static final int CMDLINE_SIZE = 0x238;
    public static final int HARDWARE_SUBARCH = 0x23c;
    public static final int SETUP_DATA = 0x250;
    public static final int PREF_ADDRESS = 0x258;
    public static final int INIT_SIZE = 0x260;
    public static final int HANDOVER_OFFSET = 0x264;
    public static final int E820_TABLE = 0x2d0;

    /** {@code boot_flag} of a page with a real setup header. */
    public static final int BOOT_FLAG_MAGIC = 0xaa55;
    /** {@code header}: "HdrS". */
    public static final long HEADER_MAGIC = 0x5372_6448L;
    /** {@code type_of_loader}: a loader without a number. */
    public static final int LOADER_UNDEFINED = 0xff;
    /** {@code hardware_subarch} of the paravisor's kernel: no ROM or BIOS area to probe. */
    public static final int SUBARCH_NO_BIOS = 1;

    public static final Codec<BootParams> CODEC = new Codec<>() {
        @Override
        public int size() {
            return SIZE;
        }

        @Override
        public Optional<StructLayout> layout() {
            return Optional.of(layoutOfPage());
        }

        @Override
        public BootParams read(ByteReader reader) {
            return new BootParams(reader.bytes(SIZE));
        }

        @Override
        public void write(ByteWriter writer, BootParams value) {
            writer.bytes(value.page);
        }
    };

    public BootParams {
        if (page.size() != SIZE) {
            throw new IllegalArgumentException("a zero page has 4096 bytes, not " + page.size());
        }
    }

    /** The fields by their names in Linux. */
    private static StructLayout layoutOfPage() {
        List<StructLayout.Field> fields = new ArrayList<>(List.of(
                StructLayout.Field.integer("ext_ramdisk_image", EXT_RAMDISK_IMAGE, 4),
                StructLayout.Field.integer("ext_ramdisk_size", EXT_RAMDISK_SIZE, 4),
                StructLayout.Field.integer("ext_cmd_line_ptr", EXT_CMD_LINE_PTR, 4),
                StructLayout.Field.integer("e820_entries", E820_ENTRIES, 1),
                StructLayout.Field.integer("sentinel", SENTINEL, 1),
                StructLayout.Field.integer("boot_flag", BOOT_FLAG, 2),
                StructLayout.Field.integer("header", HEADER, 4),
                StructLayout.Field.integer("version", VERSION, 2),
                StructLayout.Field.integer("type_of_loader", TYPE_OF_LOADER, 1),
                StructLayout.Field.integer("loadflags", LOADFLAGS, 1),
                StructLayout.Field.integer("code32_start", CODE32_START, 4),
                StructLayout.Field.integer("ramdisk_image", RAMDISK_IMAGE, 4),
                StructLayout.Field.integer("ramdisk_size", RAMDISK_SIZE, 4),
                StructLayout.Field.integer("cmd_line_ptr", CMD_LINE_PTR, 4),
                StructLayout.Field.integer("kernel_alignment", KERNEL_ALIGNMENT, 4),
                StructLayout.Field.integer("cmdline_size", CMDLINE_SIZE, 4),
                StructLayout.Field.integer("hardware_subarch", HARDWARE_SUBARCH, 4),
                StructLayout.Field.integer("setup_data", SETUP_DATA, 8),
                StructLayout.Field.integer("pref_address", PREF_ADDRESS, 8),
                StructLayout.Field.integer("init_size", INIT_SIZE, 4),
                StructLayout.Field.integer("handover_offset", HANDOVER_OFFSET, 4)));
        StructLayout entry = E820Entry.CODEC.layout().orElseThrow();
        for (int i = 0; i < MAX_E820_ENTRIES; i++) {
            fields.add(
                    StructLayout.Field.structure("e820_table[" + i + "]", E820_TABLE + i * entry.sizeBytes(), entry));
        }
        return new StructLayout("boot_params", SIZE, fields);
    }

    /** Not zero: the loader has not cleared the page, which the kernel would then do itself. */
    public int sentinel() {
        return page.u8(SENTINEL);
    }

    /** First byte of the initrd, from both halves. */
    public long ramdiskImage() {
        return page.u32(EXT_RAMDISK_IMAGE) << 32 | page.u32(RAMDISK_IMAGE);
    }

    /** Bytes of the initrd, from both halves; 0 without one. */
    public long ramdiskSize() {
        return page.u32(EXT_RAMDISK_SIZE) << 32 | page.u32(RAMDISK_SIZE);
    }

    /** First byte of the NUL-terminated command line, from both halves. */
    public long cmdLinePtr() {
        return page.u32(EXT_CMD_LINE_PTR) << 32 | page.u32(CMD_LINE_PTR);
    }

    /** {@code boot_flag}, 0xAA55 or 0. */
    public int bootFlag() {
        return page.u16(BOOT_FLAG);
    }

    /** {@code header}, "HdrS" or 0. */
    public long header() {
        return page.u32(HEADER);
    }

    /** Boot protocol version. */
    public int version() {
        return page.u16(VERSION);
    }

    /** Boot loader id. */
    public int typeOfLoader() {
        return page.u8(TYPE_OF_LOADER);
    }

    /** Platform marker. */
    public int hardwareSubarch() {
        return (int) page.u32(HARDWARE_SUBARCH);
    }

    /** Address of the first {@link SetupData}, 0 without one. */
    public long setupData() {
        return page.u64(SETUP_DATA);
    }

    /** Number of entries in the table as stored, 0 to 255; not more than 128 make sense. */
    public int e820Entries() {
        return page.u8(E820_ENTRIES);
    }

    /** The used entries of the table in the page, at most 128. */
    public List<E820Entry> e820Table() {
        List<E820Entry> entries = new ArrayList<>();
        for (int i = 0; i < Math.min(e820Entries(), MAX_E820_ENTRIES); i++) {
            entries.add(E820Entry.CODEC.read(page, E820_TABLE + i * E820Entry.CODEC.size()));
        }
        return List.copyOf(entries);
    }

    /** A zero page to fill. */
    public static Builder builder() {
        return new Builder();
    }

    /** Fills a zero page; everything not set is zero. */
    public static final class Builder {
        private final ByteBuffer page = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);

        private Builder() {}

        /** Where the initrd is; both 0 without one. */
        public Builder ramdisk(long image, long sizeBytes) {
            split(RAMDISK_IMAGE, EXT_RAMDISK_IMAGE, image);
            split(RAMDISK_SIZE, EXT_RAMDISK_SIZE, sizeBytes);
            return this;
        }

        /** Where the command line is. */
        public Builder cmdLinePtr(long address) {
            split(CMD_LINE_PTR, EXT_CMD_LINE_PTR, address);
            return this;
        }

        /** {@code cmdline_size}. */
        public Builder cmdlineSize(int sizeBytes) {
            page.putInt(CMDLINE_SIZE, sizeBytes);
            return this;
        }

        /** Head of the setup data chain. */
        public Builder setupData(long address) {
            page.putLong(SETUP_DATA, address);
            return this;
        }

        /** Boot loader id. */
        public Builder typeOfLoader(int value) {
            page.put(TYPE_OF_LOADER, (byte) value);
            return this;
        }

        /** Platform marker. */
        public Builder hardwareSubarch(int value) {
            page.putInt(HARDWARE_SUBARCH, value);
            return this;
        }

        /** {@code boot_flag} and {@code header} as in a kernel file, with the protocol version. */
        public Builder headerMagic(int version) {
            page.putShort(BOOT_FLAG, (short) BOOT_FLAG_MAGIC);
            page.putInt(HEADER, (int) HEADER_MAGIC);
            page.putShort(VERSION, (short) version);
            return this;
        }

        /** {@code kernel_alignment}. */
        public Builder kernelAlignment(int bytes) {
            page.putInt(KERNEL_ALIGNMENT, bytes);
            return this;
        }

        /** The memory map: the first 128 entries go into the page, the caller puts the others elsewhere. */
        public Builder e820(List<E820Entry> entries) {
            int count = Math.min(entries.size(), MAX_E820_ENTRIES);
            page.put(E820_ENTRIES, (byte) count);
            for (int i = 0; i < count; i++) {
                byte[] entry = E820Entry.CODEC.toBytes(entries.get(i)).toByteArray();
                page.put(E820_TABLE + i * entry.length, entry);
            }
            return this;
        }

        /** The page. */
        public BootParams build() {
            return new BootParams(Bytes.of(page.array()));
        }

        private void split(int low, int high, long value) {
            page.putInt(low, (int) value);
            page.putInt(high, (int) (value >>> 32));
        }
    }
}
