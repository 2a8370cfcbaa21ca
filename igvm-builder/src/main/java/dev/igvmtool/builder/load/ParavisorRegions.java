package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.paravisor.CommandLinePage;
import dev.igvmtool.abi.paravisor.MeasuredVtl2Config;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.builder.manifest.Image;
import dev.igvmtool.builder.manifest.ManifestException;
import dev.igvmtool.format.header.ParameterKind;

/** What x64 and aarch64 OpenHCL images have in common. {@code vm/loader/src/paravisor.rs}. */
final class ParavisorRegions {
    static final long DEFAULT_BASE = 0x800_0000;
    static final long PERSISTED_BYTES = 0x20_0000;
    static final long LOG_PAGES = 2;
    static final long HEAP_PAGES = 16;
    static final long RELOCATION_MAX = 1L << 48;

    private ParavisorRegions() {}

    /** VTL2 memory as the manifest asks for it. */
    static GpaRange memory(Image.Openhcl image) {
        long base = image.memoryPageBase().isPresent()
                ? bytes(image.memoryPageBase().getAsLong(), "memory_page_base")
                : DEFAULT_BASE;
        long size = bytes(image.memoryPageCount(), "memory_page_count");
        for (long value : new long[] {base, size}) {
            if (value % Pages.LARGE != 0) {
                throw new ManifestException(String.format(
                        "memory is unaligned: 0x%x, 'memory_page_base' and 'memory_page_count' must be multiples of 512",
                        value));
            }
        }
        if (size > 0xffff_ffffL) {
            throw new ManifestException(String.format(
                    "'memory_page_count' asks for 0x%x bytes, an image can require at most 0xffffffff", size));
        }
        return GpaRange.ofSize(base, size);
    }

    private static long bytes(long pages, String field) {
        if (pages < 0 || pages > 1L << 40) {
            throw new ManifestException(
                    "'" + field + "' is " + Long.toUnsignedString(pages) + ", expected at most " + (1L << 40));
        }
        return pages * Pages.SIZE;
    }

    /** Fails if the image does not fit its memory. */
    static void checkFits(GpaRange memory, long usedEnd) {
        if (usedEnd > memory.end()) {
            throw new ManifestException(String.format(
                    "memory used: 0x%x is greater than available: 0x%x, raise 'memory_page_count'",
                    usedEnd - memory.start(), memory.size()));
        }
    }

    static Bytes commandLine(Image.Openhcl image) {
        Bytes text = Bytes.utf8(image.commandLine());
        if (text.size() > CommandLinePage.MAX_TEXT_BYTES) {
            throw new ManifestException("'command_line' has " + text.size() + " bytes, its page has room for "
                    + CommandLinePage.MAX_TEXT_BYTES);
        }
        int policy = image.staticCommandLine() ? CommandLinePage.POLICY_STATIC : CommandLinePage.POLICY_APPEND_CHOSEN;
        return CommandLinePage.CODEC.toBytes(new CommandLinePage(policy, text));
    }

    /** Reserves what the host fills. */
    static void createParameterAreas(ImageSink sink, long regionPage) {
        area(
                sink,
                regionPage + ParameterRegion.SLIT_PAGE,
                ParameterRegion.SLIT_PAGE_COUNT,
                "underhill-slit",
                ParameterKind.SLIT);
        area(
                sink,
                regionPage + ParameterRegion.PPTT_PAGE,
                ParameterRegion.PPTT_PAGE_COUNT,
                "underhill-pptt",
                ParameterKind.PPTT);
        area(
                sink,
                regionPage + ParameterRegion.DEVICE_TREE_PAGE,
                ParameterRegion.DEVICE_TREE_PAGE_COUNT,
                "underhill-device-tree",
                ParameterKind.DEVICE_TREE);
    }

    private static void area(ImageSink sink, long page, int pages, String tag, ParameterKind kind) {
        sink.importParameter(sink.createParameterArea(page, pages, tag), kind);
    }

    /** Places the measured configuration of VTL2 and announces what follows from all the rest. */
    static void finishParameterRegion(ImageSink sink, long regionPage, int vtomBit, Image.Openhcl image) {
        Bytes policy = image.productPolicy().map(ProductPolicyMessage::of).orElse(Bytes.EMPTY);
        ByteWriter config = new ByteWriter();
        MeasuredVtl2Config.CODEC.write(config, MeasuredVtl2Config.of(vtomBit, policy.size()));
        config.bytes(policy);
        sink.importPages(
                regionPage + ParameterRegion.MEASURED_CONFIG_PAGE,
                1,
                "underhill-vtl2-measured-config",
                Acceptance.EXCLUSIVE,
                config.toBytes().paddedTo(ImageSink.PAGE));
        sink.announceImportedRegions(
                regionPage + ParameterRegion.IMPORTED_REGIONS_PAGE,
                regionPage + ParameterRegion.PAGE_HASHES_PAGE,
                ParameterRegion.PAGE_HASHES_PAGE_COUNT);
    }
}
