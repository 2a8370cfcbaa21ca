package dev.igvmtool.cli.coverage;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.cli.Samples;
import dev.igvmtool.cli.boot.BootImage;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.PageDataFlags;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.machine.partition.Isolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The images of all boots: the samples, built once, and copies of them with other bytes on some pages. */
final class Images {
    private final IgvmFile plain = build("openhcl-x64");
    private final IgvmFile confidential = build("openhcl-cvm");

    private static IgvmFile build(String sample) {
        return IgvmReader.read(
                BootImage.in(Samples.folder(sample)).orElseThrow().build().content());
    }

    /** The image for an isolation. */
    IgvmFile of(Isolation isolation) {
        return isolation == Isolation.NONE ? plain : confidential;
    }

    /** An image with bytes over pages that it loads for an isolation, by address. */
    static IgvmFile patched(IgvmFile image, Isolation isolation, Map<Long, Bytes> bytes) {
        int mask = image.platform(platform(isolation)).orElseThrow().compatibilityMask();
        Map<Long, Map<Integer, Bytes>> pages = byPage(bytes);
        List<Directive> directives = new ArrayList<>();
        for (Directive directive : image.directives()) {
            boolean meant = directive instanceof PageData page
                    && (page.compatibilityMask() & mask) != 0
                    && pages.containsKey(page.gpa());
            directives.add(meant ? patched((PageData) directive, pages) : directive);
        }
        if (!pages.isEmpty()) {
            throw new AssertionError("the image has no pages at " + pages.keySet());
        }
        return new IgvmFile(image.revision(), image.platforms(), image.initializations(), directives);
    }

    /** An image with ranges that it loads as shared for an isolation. */
    static IgvmFile shared(IgvmFile image, Isolation isolation, List<GpaRange> ranges) {
        int mask = image.platform(platform(isolation)).orElseThrow().compatibilityMask();
        List<Directive> directives = new ArrayList<>();
        for (Directive directive : image.directives()) {
            boolean meant = directive instanceof PageData page
                    && (page.compatibilityMask() & mask) != 0
                    && ranges.stream().anyMatch(range -> range.contains(page.gpa()));
            directives.add(meant ? shared((PageData) directive) : directive);
        }
        return new IgvmFile(image.revision(), image.platforms(), image.initializations(), directives);
    }

    private static PageData shared(PageData page) {
        return new PageData(
                page.gpa(), page.compatibilityMask(), PageDataFlags.SHARED, page.dataType(), page.content());
    }

    private static PlatformType platform(Isolation isolation) {
        return switch (isolation) {
            case NONE, VBS -> PlatformType.VSM_ISOLATION;
            case SNP -> PlatformType.SEV_SNP;
            case TDX -> PlatformType.TDX;
        };
    }

    private static Map<Long, Map<Integer, Bytes>> byPage(Map<Long, Bytes> bytes) {
        Map<Long, Map<Integer, Bytes>> pages = new TreeMap<>();
        bytes.forEach((gpa, value) -> {
            long page = gpa & -Guest.PAGE;
            pages.computeIfAbsent(page, unused -> new TreeMap<>()).put((int) (gpa - page), value);
        });
        return pages;
    }

    private static PageData patched(PageData page, Map<Long, Map<Integer, Bytes>> pages) {
        byte[] content = page.content().paddedTo(Guest.PAGE).toByteArray();
        pages.remove(page.gpa()).forEach((offset, value) -> value.copyTo(0, content, offset, value.size()));
        return new PageData(page.gpa(), page.compatibilityMask(), page.flags(), page.dataType(), Bytes.wrap(content));
    }
}
