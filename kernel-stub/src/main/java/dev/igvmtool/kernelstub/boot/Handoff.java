package dev.igvmtool.kernelstub.boot;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.CcBlob;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.linux.SetupData;
import dev.igvmtool.devicetree.Fdt;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Everything the kernel finds through the zero page, checked.
 *
 * @param zeroPage address of the zero page
 * @param memoryMap the e820 table with its extension
 * @param initrd where the initrd is, if there is one
 * @param commandLineRange the text without its NUL
 * @param commandLine the text
 * @param deviceTree the flattened tree, as long as its header says
 * @param ccBlob what an SNP guest needs, if handed over
 * @param elements all elements of the setup data chain, header and content, in chain order
 */
public record Handoff(
        long zeroPage,
        MemoryMap memoryMap,
        Optional<GpaRange> initrd,
        GpaRange commandLineRange,
        String commandLine,
        GpaRange deviceTree,
        Optional<CcBlob> ccBlob,
        List<Element> elements) {
    /** Bytes of command line that are looked at. */
    public static final int MAX_COMMAND_LINE = 8192;

    private static final int MAX_ELEMENTS = 64;
    private static final int DTB_HEADER_BYTES = 40;

    public Handoff {
        elements = List.copyOf(elements);
    }

    /** An element of the chain. */
    public record Element(long gpa, SetupData header) {
        /** Header and content. */
        public GpaRange range() {
            return GpaRange.ofSize(gpa, SetupData.CODEC.size() + header.len());
        }

        /** First byte of the content. */
        public long content() {
            return gpa + SetupData.CODEC.size();
        }
    }

    /**
     * Reads and checks everything but the content of tree and initrd.
     *
     * @param physical memory by guest physical address
     * @param zeroPage address of the zero page, RSI at the entry
     * @throws FormatException if the kernel cannot start with this
     */
    public static Handoff read(Memory physical, long zeroPage) {
        BootParams params = physical.read(BootParams.CODEC, zeroPage);
        if (params.sentinel() != 0) {
            throw new FormatException(String.format(
                    "zero page at 0x%x has sentinel 0x%02x, expected 0: the loader has not cleared it",
                    zeroPage, params.sentinel()));
        }
        if (params.e820Entries() > BootParams.MAX_E820_ENTRIES) {
            throw new FormatException(
                    "zero page says " + params.e820Entries() + " e820 entries, which has room for 128");
        }
        List<Element> elements = chain(physical, params.setupData());
        MemoryMap map = new MemoryMap(e820(physical, params, elements));
        for (Element element : elements) {
            requireRam(map, element.range(), String.format("setup data of type %d", element.header.type()));
        }
        requireRam(map, GpaRange.ofSize(zeroPage, BootParams.SIZE), "the zero page");
        Bytes text = commandLine(physical, params.cmdLinePtr());
        return new Handoff(
                zeroPage,
                map,
                initrd(map, params),
                GpaRange.ofSize(params.cmdLinePtr(), text.size()),
                text.toUtf8(),
                deviceTree(physical, elements),
                ccBlob(physical, elements),
                elements);
    }

    /** Ranges that must stay as they are while the kernel starts. */
    public List<GpaRange> occupied() {
        List<GpaRange> occupied = new ArrayList<>();
        occupied.add(GpaRange.ofSize(zeroPage, BootParams.SIZE));
        occupied.add(new GpaRange(commandLineRange.start(), commandLineRange.end() + 1));
        elements.forEach(element -> occupied.add(element.range()));
        initrd.ifPresent(occupied::add);
        return List.copyOf(occupied);
    }

    private static List<Element> chain(Memory physical, long head) {
        List<Element> elements = new ArrayList<>();
        Set<Long> seen = new HashSet<>();
        for (long gpa = head; gpa != 0; ) {
            if (!seen.add(gpa)) {
                throw new FormatException(String.format("setup data chain comes back to 0x%x", gpa));
            }
            if (elements.size() == MAX_ELEMENTS) {
                throw new FormatException("setup data chain has more than " + MAX_ELEMENTS + " elements");
            }
            SetupData header = physical.read(SetupData.CODEC, gpa);
            if (gpa < 0 || gpa > Long.MAX_VALUE - SetupData.CODEC.size() - header.len()) {
                throw new FormatException(String.format("setup data at 0x%x with 0x%x bytes wraps", gpa, header.len()));
            }
            elements.add(new Element(gpa, header));
            gpa = header.next();
        }
        return elements;
    }

    private static List<E820Entry> e820(Memory physical, BootParams params, List<Element> elements) {
        List<E820Entry> entries = new ArrayList<>(params.e820Table());
        int size = E820Entry.CODEC.size();
        for (Element element : elements) {
            if (element.header.type() != SetupData.E820_EXT) {
                continue;
            }
            if (element.header.len() % size != 0 || element.header.len() > 4096L * size) {
                throw new FormatException(String.format(
                        "e820 extension at 0x%x has 0x%x bytes, expected a multiple of %d, at most 4096 entries",
                        element.gpa, element.header.len(), size));
            }
            for (long at = 0; at < element.header.len(); at += size) {
                entries.add(physical.read(E820Entry.CODEC, element.content() + at));
            }
        }
        return entries;
    }

    private static Optional<GpaRange> initrd(MemoryMap map, BootParams params) {
        if (params.ramdiskSize() == 0) {
            return Optional.empty();
        }
        GpaRange range = range(params.ramdiskImage(), params.ramdiskSize(), "the initrd");
        requireRam(map, range, "the initrd");
        return Optional.of(range);
    }

    private static Bytes commandLine(Memory physical, long gpa) {
        if (gpa == 0) {
            throw new FormatException("zero page has no command line");
        }
        byte[] text = new byte[MAX_COMMAND_LINE];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) physical.readU8(gpa + i);
            if (text[i] == 0) {
                return Bytes.wrap(text).slice(0, i);
            }
        }
        throw new FormatException(
                String.format("command line at 0x%x has no end within %d bytes", gpa, MAX_COMMAND_LINE));
    }

    private static GpaRange deviceTree(Memory physical, List<Element> elements) {
        Element dtb = only(elements, SetupData.DTB)
                .orElseThrow(() -> new FormatException("setup data chain has no device tree (type 2)"));
        if (dtb.header.len() < DTB_HEADER_BYTES) {
            throw new FormatException("setup data of the device tree has " + dtb.header.len() + " bytes, expected 40");
        }
        ByteBuffer header =
                physical.readBytes(dtb.content(), DTB_HEADER_BYTES).asBuffer().order(ByteOrder.BIG_ENDIAN);
        long magic = Integer.toUnsignedLong(header.getInt(0));
        if (magic != Fdt.MAGIC) {
            throw new FormatException(
                    String.format("device tree at 0x%x has magic 0x%08x, expected 0xd00dfeed", dtb.content(), magic));
        }
        long total = Integer.toUnsignedLong(header.getInt(4));
        if (total < DTB_HEADER_BYTES || total > dtb.header.len()) {
            throw new FormatException(String.format(
                    "device tree at 0x%x says it has 0x%x bytes, its setup data 0x%x",
                    dtb.content(), total, dtb.header.len()));
        }
        long version = Integer.toUnsignedLong(header.getInt(20));
        long compatible = Integer.toUnsignedLong(header.getInt(24));
        if (version < 17 || compatible > 17) {
            throw new FormatException(String.format(
                    "device tree at 0x%x has version %d, compatible with %d, expected 17",
                    dtb.content(), version, compatible));
        }
        return GpaRange.ofSize(dtb.content(), total);
    }

    private static Optional<CcBlob> ccBlob(Memory physical, List<Element> elements) {
        return only(elements, SetupData.CC_BLOB).map(element -> {
            CcBlob blob = physical.read(CcBlob.CODEC, physical.readU32(element.content()));
            if (blob.magic() != CcBlob.MAGIC) {
                throw new FormatException(String.format(
                        "confidential computing blob has magic 0x%08x, expected 0x45444d41", blob.magic()));
            }
            return blob;
        });
    }

    private static Optional<Element> only(List<Element> elements, int type) {
        List<Element> found = elements.stream()
                .filter(element -> element.header.type() == type)
                .toList();
        if (found.size() > 1) {
            throw new FormatException("setup data chain has " + found.size() + " elements of type " + type);
        }
        return found.stream().findFirst();
    }

    private static void requireRam(MemoryMap map, GpaRange range, String what) {
        if (!map.isRam(range)) {
            throw new FormatException(what + " at " + range + " is not in the RAM of the memory map");
        }
    }

    private static GpaRange range(long start, long size, String what) {
        if (start < 0 || size < 0 || start > Long.MAX_VALUE - size) {
            throw new FormatException(String.format("%s at 0x%x with 0x%x bytes wraps", what, start, size));
        }
        return GpaRange.ofSize(start, size);
    }
}
