package dev.igvmtool.builder.emit;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.builder.emit.PlatformImage.Tagged;
import dev.igvmtool.builder.load.Acceptance;
import dev.igvmtool.builder.load.ImageSink;
import dev.igvmtool.builder.manifest.GuestConfig;
import dev.igvmtool.builder.manifest.ManifestException;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.GuestPolicy;
import dev.igvmtool.format.header.InitializationHeader;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.PageDataFlags;
import dev.igvmtool.format.header.PageDataType;
import dev.igvmtool.format.header.PageTableRelocationRegion;
import dev.igvmtool.format.header.Parameter;
import dev.igvmtool.format.header.ParameterArea;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.ParameterKind;
import dev.igvmtool.format.header.RelocatableRegion;
import dev.igvmtool.format.header.RequiredMemory;
import dev.igvmtool.format.header.VpContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes headers of what loaders place, for one guest configuration. Pages come after all other directives.
 * {@code vm/loader/igvmfilegen/src/file_loader.rs: IgvmLoader}.
 */
public final class IgvmSink implements ImageSink {
    /** {@link #vpContextPage} if none was set. */
    static final long NO_PAGE = -1;

    /** Most pages of one configuration: 4 GiB of memory, so that a wrong size cannot exhaust ours. */
    private static final long MAX_PAGES = 1 << 20;

    private static final int PAGE_SHIFT = 12;
    private static final long MAX_PAGE = 1L << 40;

    private final GuestConfig config;
    private final int mask;
    private final int firstArea;
    private final AcceptedRanges accepted = new AcceptedRanges();
    private final List<InitializationHeader> initializations = new ArrayList<>();
    private final List<Directive> directives = new ArrayList<>();
    private final List<PageData> pages = new ArrayList<>();
    private final List<VbsRegister> registers = new ArrayList<>();
    private final Set<Integer> registerNames = new HashSet<>();
    private final TreeMap<Long, Integer> areaByPage = new TreeMap<>();
    private final List<Tagged> requiredMemory = new ArrayList<>();
    private final List<Tagged> relocations = new ArrayList<>();
    private final ImportedRegionsPages importedRegions;
    private long vpContextPage = NO_PAGE;
    private long ramBytes;

    /**
     * A sink for one platform of a file.
     *
     * @param mask the platform's bit
     * @param firstArea index of its first parameter area: those of earlier platforms are taken
     * @param sharedPages the same for all platforms of the file
     */
    public IgvmSink(GuestConfig config, int mask, int firstArea, SharedPageHashes sharedPages) {
        this.config = config;
        this.mask = mask;
        this.firstArea = firstArea;
        this.importedRegions = new ImportedRegionsPages(sharedPages);
    }

    @Override
    public void importRegion(long gpa, long memoryBytes, String tag, Acceptance acceptance, Bytes data) {
        if (data.size() > memoryBytes) {
            throw new IllegalArgumentException(tag + ": " + data.size() + " bytes of data for " + memoryBytes);
        }
        if (memoryBytes == 0) {
            return;
        }
        int lead = (int) (gpa & PAGE - 1);
        long first = gpa >>> PAGE_SHIFT;
        long count = (lead + memoryBytes + PAGE - 1) >>> PAGE_SHIFT;
        accept(first, count, tag, acceptance);
        for (long i = 0; i < count; i++) {
            addPage(first + i, acceptance, pageContent(data, lead, i));
        }
    }

    /** Content of one page of a region whose data starts {@code lead} bytes into its first page. */
    private static Bytes pageContent(Bytes data, int lead, long index) {
        long start = index * PAGE - lead;
        if (start >= data.size() || data.isEmpty()) {
            return Bytes.EMPTY;
        }
        if (start >= 0) {
            return data.slice((int) start, Math.min(PAGE, data.size() - (int) start));
        }
        int length = Math.min(PAGE - lead, data.size());
        byte[] content = new byte[lead + length];
        data.copyTo(0, content, lead, length);
        return Bytes.wrap(content);
    }

    private void accept(long first, long count, String tag, Acceptance acceptance) {
        if (count < 1 || first < 0 || count > MAX_PAGE || first + count > MAX_PAGE) {
            throw new ManifestException(String.format(
                    "%s: 0x%x pages at page 0x%x lie outside of guest memory, which ends at page 0x%x",
                    tag, count, first, MAX_PAGE));
        }
        if (pages.size() + count > MAX_PAGES) {
            throw new ManifestException(String.format(
                    "%s: 0x%x pages at 0x%x are too many, an image has at most 0x%x",
                    tag, count, first << 12, MAX_PAGES));
        }
        accepted.add(first, count, tag, acceptance);
    }

    private void addPage(long page, Acceptance acceptance, Bytes content) {
        PageDataFlags flags =
                switch (acceptance) {
                    case EXCLUSIVE_UNMEASURED -> PageDataFlags.UNMEASURED;
                    case SHARED -> PageDataFlags.SHARED;
                    case EXCLUSIVE, VP_CONTEXT, SECRETS_PAGE, CPUID_PAGE, CPUID_EXTENDED_STATE_PAGE ->
                        PageDataFlags.NONE;
                };
        PageDataType type =
                switch (acceptance) {
                    case EXCLUSIVE, EXCLUSIVE_UNMEASURED, SHARED -> PageDataType.NORMAL;
                    case SECRETS_PAGE -> PageDataType.SECRETS;
                    case CPUID_PAGE -> PageDataType.CPUID_DATA;
                    case CPUID_EXTENDED_STATE_PAGE -> PageDataType.CPUID_XF;
                    case VP_CONTEXT -> throw new IllegalArgumentException("processor state is not page data");
                };
        pages.add(new PageData(page << PAGE_SHIFT, mask, flags, type, content));
    }

    @Override
    public void importRegister(VbsRegister register) {
        if (!registerNames.add(register.name())) {
            throw new IllegalArgumentException(String.format("register 0x%08x is set twice", register.name()));
        }
        registers.add(register);
    }

    @Override
    public int createParameterArea(long pageBase, long pageCount, String tag) {
        accept(pageBase, pageCount, tag, Acceptance.EXCLUSIVE_UNMEASURED);
        int index = firstArea + areaByPage.size();
        areaByPage.put(pageBase, index);
        directives.add(new ParameterArea(pageCount * PAGE, index, Bytes.EMPTY));
        return index;
    }

    @Override
    public void importParameter(int area, ParameterKind kind) {
        directives.add(new Parameter(kind, area, 0));
    }

    @Override
    public void requireMemory(GpaRange range, boolean vtl2Protectable) {
        if (Long.compareUnsigned(range.size(), 0xffff_ffffL) > 0) {
            throw new ManifestException(
                    String.format("0x%x bytes of required memory do not fit 32 bits", range.size()));
        }
        directives.add(requiredMemoryHeader(range, vtl2Protectable));
    }

    private RequiredMemory requiredMemoryHeader(GpaRange range, boolean vtl2Protectable) {
        requiredMemory.add(new Tagged(range, vtl2Protectable ? "VTL2 protectable" : ""));
        return new RequiredMemory(range.start(), mask, range.size(), vtl2Protectable);
    }

    @Override
    public void relocatableRegion(
            GpaRange region, long alignment, long minimumGpa, long maximumGpa, boolean applyPc, boolean applyGdtr) {
        int flags = (config.withParavisor() ? RelocatableRegion.IS_VTL2 : 0)
                | (applyPc ? RelocatableRegion.APPLY_PC : 0)
                | (applyGdtr ? RelocatableRegion.APPLY_GDTR : 0);
        initializations.add(new RelocatableRegion(
                mask, 0, config.maxVtl(), flags, alignment, region.start(), region.size(), minimumGpa, maximumGpa));
        relocations.add(new Tagged(region, "relocation region"));
    }

    @Override
    public void pageTableRelocation(GpaRange region, long usedBytes) {
        initializations.add(
                new PageTableRelocationRegion(mask, 0, config.maxVtl(), region.start(), region.size(), usedBytes));
        relocations.add(new Tagged(region, "pagetable relocation region"));
    }

    @Override
    public void setVpContextPage(long page) {
        vpContextPage = page;
    }

    @Override
    public void announceImportedRegions(long listPage, long hashesPage, long hashesPageCount) {
        importedRegions.announce(listPage, hashesPage, hashesPageCount);
    }

    @Override
    public void fillRam(long bytes) {
        ramBytes = bytes;
    }

    /** Page of the processor state, or {@link #NO_PAGE}. */
    long vpContextPage() {
        return vpContextPage;
    }

    /** Records the page that a VP context header fills. */
    void acceptVpContextPage(long page, String tag) {
        accept(page, 1, tag, Acceptance.VP_CONTEXT);
    }

    /** Adds the state of the first processor. */
    void addVpContext(long gpa, Bytes content) {
        directives.add(new VpContext(gpa, mask, 0, content));
    }

    /** Ends the configuration: processor state, list of regions, inserts; then all pages. */
    public PlatformImage finish() {
        Platforms.vpContext(config).finish(List.copyOf(registers), this);
        if (importedRegions.isAnnounced()) {
            pages.sort(Comparator.comparingLong(PageData::gpa));
            importedRegions.importInto(this, accepted, List.copyOf(pages));
        }
        for (Map.Entry<Long, Integer> area : areaByPage.entrySet()) {
            directives.add(new ParameterInsert(area.getKey() << PAGE_SHIFT, mask, area.getValue()));
        }
        if (ramBytes > 0) {
            fillRam();
        }
        directives.addAll(pages);
        List<InitializationHeader> headers = new ArrayList<>();
        Platforms.guestPolicy(config.isolation()).ifPresent(policy -> headers.add(new GuestPolicy(policy, mask)));
        headers.addAll(initializations);
        relocations.sort(Comparator.comparingLong(it -> it.range().start()));
        return new PlatformImage(
                config,
                Platforms.header(config, mask),
                headers,
                directives,
                accepted.joined().stream()
                        .map(it -> new Tagged(it.range(), it.tag()))
                        .toList(),
                requiredMemory,
                relocations);
    }

    /** Requires the RAM before all else and fills every page of it that has no content. */
    private void fillRam() {
        directives.add(0, requiredMemoryHeader(new GpaRange(0, ramBytes), false));
        long end = ramBytes >>> PAGE_SHIFT;
        long next = 0;
        List<GpaRange> gaps = new ArrayList<>();
        for (AcceptedRanges.Entry entry : accepted.joined()) {
            if (entry.acceptance() == Acceptance.VP_CONTEXT) {
                continue;
            }
            if (entry.endPage() > end) {
                throw new ManifestException(
                        entry + " lies outside of RAM, which ends at " + String.format("0x%x", ramBytes));
            }
            if (entry.firstPage() > next) {
                gaps.add(new GpaRange(next, entry.firstPage()));
            }
            next = entry.endPage();
        }
        if (next < end) {
            gaps.add(new GpaRange(next, end));
        }
        for (GpaRange gap : gaps) {
            importPages(gap.start(), gap.size(), "accepted-zero-ram", Acceptance.EXCLUSIVE, Bytes.EMPTY);
        }
        pages.sort(Comparator.comparingLong(PageData::gpa));
    }
}
