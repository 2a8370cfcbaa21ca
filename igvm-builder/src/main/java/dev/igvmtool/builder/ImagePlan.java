package dev.igvmtool.builder;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.builder.emit.PlatformImage;
import dev.igvmtool.builder.emit.PlatformImage.Tagged;
import dev.igvmtool.builder.manifest.IsolationConfig;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.ParameterArea;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.VpContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What an image would put where, and what of it would be measured.
 *
 * @param platforms in the order of the file
 */
public record ImagePlan(List<Platform> platforms) {
    private static final long PAGE = PageData.PAGE_SIZE;

    public ImagePlan {
        platforms = List.copyOf(platforms);
    }

    /**
     * One platform.
     *
     * @param name {@code none}, {@code vbs}, {@code snp} or {@code tdx}
     * @param ranges ascending
     * @param launchDigest of platforms that can be measured
     */
    public record Platform(
            String name,
            int compatibilityMask,
            List<Range> ranges,
            List<Tagged> requiredMemory,
            List<Tagged> relocations,
            Optional<Bytes> launchDigest) {
        public Platform {
            ranges = List.copyOf(ranges);
            requiredMemory = List.copyOf(requiredMemory);
            relocations = List.copyOf(relocations);
        }

        /** Bytes of all ranges of a kind. */
        public long sizeBytes(Kind kind) {
            return ranges.stream()
                    .filter(it -> it.kind == kind)
                    .mapToLong(it -> it.range.size())
                    .sum();
        }
    }

    /** Pages beside each other that have one name and are imported alike. */
    public record Range(GpaRange range, String tag, Kind kind) {}

    /** How pages come into the guest. */
    public enum Kind {
        /** Content in the launch digest. */
        MEASURED,
        /** Private, without content in the launch digest. */
        UNMEASURED,
        /** Shared with the host. */
        SHARED,
        /** Private; without isolation nothing is measured. */
        LOADED,
        /** Filled by the platform's firmware with secrets. */
        SECRETS,
        /** CPUID values, checked by the platform. */
        CPUID,
        /** State of the first processor, measured. */
        VP_CONTEXT,
        /** Filled by the host, not measured. */
        PARAMETER,
        /** Nothing is imported. */
        RESERVED;

        /** The word for it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** The plan of an image. */
    public static ImagePlan of(BuiltImage image) {
        Map<String, Bytes> digests = new HashMap<>();
        image.measurements().forEach(it -> digests.put(it.platform(), it.digest()));
        List<Platform> platforms = new ArrayList<>();
        for (PlatformImage platform : image.platforms()) {
            String name = name(platform.config().isolation());
            platforms.add(new Platform(
                    name,
                    platform.platform().compatibilityMask(),
                    ranges(platform),
                    platform.requiredMemory(),
                    platform.relocations(),
                    Optional.ofNullable(digests.get(name))));
        }
        return new ImagePlan(platforms);
    }

    private static String name(IsolationConfig isolation) {
        if (isolation instanceof IsolationConfig.Snp) {
            return "snp";
        }
        if (isolation instanceof IsolationConfig.Tdx) {
            return "tdx";
        }
        return isolation instanceof IsolationConfig.Vbs ? "vbs" : "none";
    }

    private static List<Range> ranges(PlatformImage platform) {
        Map<Long, Kind> pages = pages(platform);
        List<Range> ranges = new ArrayList<>();
        for (Tagged tagged : platform.layout()) {
            long start = tagged.range().start();
            while (start < tagged.range().end()) {
                Kind kind = pages.getOrDefault(start, Kind.RESERVED);
                long end = start + PAGE;
                while (end < tagged.range().end() && pages.getOrDefault(end, Kind.RESERVED) == kind) {
                    end += PAGE;
                }
                end = Math.min(end, tagged.range().end());
                ranges.add(new Range(new GpaRange(start, end), tagged.tag(), kind));
                start = end;
            }
        }
        return ranges;
    }

    /** How each page is imported, by its address. */
    private static Map<Long, Kind> pages(PlatformImage platform) {
        boolean measured = !(platform.config().isolation() instanceof IsolationConfig.None);
        Map<Long, Kind> pages = new HashMap<>();
        Map<Integer, Long> areas = new HashMap<>();
        for (Directive directive : platform.directives()) {
            if (directive instanceof PageData page) {
                pages.put(page.gpa(), kind(page, measured));
            } else if (directive instanceof ParameterArea area) {
                areas.put(area.parameterAreaIndex(), area.numberOfBytes());
            } else if (directive instanceof ParameterInsert insert) {
                long size = areas.getOrDefault(insert.parameterAreaIndex(), 0L);
                for (long at = 0; at < size; at += PAGE) {
                    pages.put(insert.gpa() + at, Kind.PARAMETER);
                }
            } else if (directive instanceof VpContext context && context.gpa() != 0) {
                pages.put(context.gpa(), Kind.VP_CONTEXT);
            }
            // No other directive puts anything into memory.
        }
        return pages;
    }

    private static Kind kind(PageData page, boolean measured) {
        return switch (page.dataType()) {
            case SECRETS -> Kind.SECRETS;
            case CPUID_DATA, CPUID_XF -> Kind.CPUID;
            case NORMAL -> {
                if (page.flags().shared()) {
                    yield Kind.SHARED;
                }
                if (page.flags().unmeasured()) {
                    yield Kind.UNMEASURED;
                }
                yield measured ? Kind.MEASURED : Kind.LOADED;
            }
        };
    }
}
