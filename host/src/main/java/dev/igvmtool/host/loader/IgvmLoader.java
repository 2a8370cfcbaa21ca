package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.format.Architecture;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.VbsVpContext;
import dev.igvmtool.format.context.X64Register;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.Parameter;
import dev.igvmtool.format.header.ParameterArea;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.ParameterKind;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.RequiredMemory;
import dev.igvmtool.format.header.SnpIdBlock;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.format.header.UnknownDirective;
import dev.igvmtool.format.header.VbsMeasurement;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.host.config.VmConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Decides how an image is loaded: a function of the file and of the configuration, without a machine. Directives are
 * taken in file order; contents are not copied.
 *
 * <p>Follows openvmm_core/src/worker/vm_loaders/igvm.rs; that has no way to load a TDX image, which is loaded as its
 * format asks. AArch64 is refused by name.
 */
public final class IgvmLoader implements Directive.Visitor<Optional<HostStep>> {
    private static final long PAGE = 4096;

    private final SupportedPlatform platform;
    private final Optional<SnpLaunch> snp;
    private final Placement placement;
    private final ParameterValues values;
    private final ParameterBuffers areas = new ParameterBuffers();
    private final ImportList imports;
    private final Map<Long, Bytes> tablePages = new TreeMap<>(Long::compareUnsigned);
    private final List<HostStep> steps = new ArrayList<>();
    private Optional<VbsVpContext> bootContext = Optional.empty();
    private Optional<Bytes> hostTree = Optional.empty();

    private IgvmLoader(SupportedPlatform platform, Optional<SnpLaunch> snp, Placement placement, VmConfig config) {
        this.snp = snp;
        this.platform = platform;
        this.placement = placement;
        this.values = new ParameterValues(config, placement.memoryMap());
        this.imports = new ImportList(
                GuestMemoryMap.flatten(
                        ram(platform, placement).stream().map(RamRange::range).toList()),
                (range, acceptance) -> step("H05", "import page data", acceptance + " " + range));
    }

    /**
     * Plans the load.
     *
     * @throws FormatException if directives contradict each other
     * @throws LoadException if the image does not suit the configuration
     */
    public static LoadPlan plan(IgvmFile file, VmConfig config) {
        SupportedPlatform platform = choosePlatform(file, config);
        Optional<SnpLaunch> snp = platform.platformType() == PlatformType.SEV_SNP
                ? Optional.of(SnpLaunch.of(file, platform.compatibilityMask()))
                : Optional.empty();
        Placement placement = Placement.decide(file, platform, config);
        boolean hardware = snp.isPresent() || platform.platformType() == PlatformType.TDX;
        if (hardware && placement.relocation().isPresent()) {
            throw new LoadException(
                    "an image for " + platform.platformType() + " cannot be moved: its start state is measured");
        }
        IgvmLoader loader = new IgvmLoader(platform, snp, placement, config);
        loader.step(
                "H01",
                "choose platform",
                String.format(
                        "%s, mask 0x%x, highest VTL %d",
                        platform.platformType(), platform.compatibilityMask(), platform.highestVtl()));
        snp.ifPresent(launch -> loader.step("H02", "collect the launch of SNP", launch.describe()));
        loader.step(
                "H03",
                "place VTL2",
                placement
                        .relocation()
                        .map(relocation -> String.format(
                                "at 0x%x, offset 0x%x",
                                relocation.region().relocationRegionGpa() + relocation.offset(), relocation.offset()))
                        .orElse("as in the file"));
        loader.step("H04", "check required memory", "all of it is RAM");
        loader.takeDirectives(file);
        return loader.finish();
    }

    private static SupportedPlatform choosePlatform(IgvmFile file, VmConfig config) {
        if (file.revision().architecture() != Architecture.X64) {
            throw new LoadException("image is for " + file.revision().architecture() + ", the machine is X64");
        }
        PlatformType wanted =
                switch (config.isolation()) {
                    case NONE, VBS -> PlatformType.VSM_ISOLATION;
                    case SNP -> PlatformType.SEV_SNP;
                    case TDX -> PlatformType.TDX;
                };
        SupportedPlatform platform = file.platform(wanted)
                .orElseThrow(() -> new LoadException("image has no platform " + wanted + ", only "
                        + file.supportedPlatforms().stream()
                                .map(SupportedPlatform::platformType)
                                .toList()));
        if (platform.platformVersion() != 1) {
            throw new LoadException(
                    "platform " + wanted + " of version " + platform.platformVersion() + ", expected version 1");
        }
        return platform;
    }

    private void takeDirectives(IgvmFile file) {
        for (int i = 0; i < file.directives().size(); i++) {
            Directive directive = file.directives().get(i);
            if (!directive.appliesTo(platform.compatibilityMask())) {
                continue;
            }
            if (!(directive instanceof PageData)) {
                imports.flush();
            }
            try {
                directive.accept(this).ifPresent(steps::add);
            } catch (FormatException e) {
                throw e.in("directive " + i);
            }
        }
        imports.flush();
    }

    private LoadPlan finish() {
        VbsVpContext context = bootContext.orElseThrow(
                () -> new LoadException("image has no VP context for VTL " + platform.highestVtl()));
        placement.relocation().ifPresent(relocation -> rebuildTables(relocation, context));
        step("H10", "start the boot processor", "VP 0 in VTL " + context.vtl());
        // The timeline goes by kind of step; within a kind, by place in the file.
        steps.sort(Comparator.comparing(HostStep::id));
        return new LoadPlan(
                platform,
                ram(platform, placement),
                placement.memoryMap(),
                placement.relocation(),
                placement.vtl2Base(),
                imports.imports(),
                snp,
                context.vtl(),
                context.registers(),
                hostTree,
                steps);
    }

    private void rebuildTables(Relocation relocation, VbsVpContext context) {
        long newRoot = register(context, X64Register.CR3);
        Bytes tables = PageTableRebuilder.rebuild(
                relocation.pageTables(),
                tablePages,
                relocation.region().range(),
                relocation.offset(),
                newRoot - relocation.offset(),
                register(context, X64Register.CR4));
        long gpa = relocation.pageTables().gpa() + relocation.offset();
        imports.add(gpa, tables.size(), Acceptance.EXCLUSIVE, tables);
        step("H09", "rebuild page tables", String.format("0x%x bytes at 0x%x", tables.size(), gpa));
    }

    /** A TD has a page of its own at the reset vector, of which the guest is not told. */
    private static List<RamRange> ram(SupportedPlatform platform, Placement placement) {
        GpaRange resetPage = GpaRange.ofSize(TdxTrampolineContext.GPA, PAGE);
        boolean there = placement.ram().stream().anyMatch(range -> range.range().overlaps(resetPage));
        if (platform.platformType() != PlatformType.TDX || there) {
            return placement.ram();
        }
        List<RamRange> ram = new ArrayList<>(placement.ram());
        ram.add(new RamRange(resetPage, 0));
        ram.sort((a, b) -> Long.compareUnsigned(a.range().start(), b.range().start()));
        return ram;
    }

    private static long register(VbsVpContext context, X64Register name) {
        return context.register(name.number()).map(VbsRegister::u64).orElse(0L);
    }

    private long relocate(long gpa) {
        return placement.relocation().map(relocation -> relocation.apply(gpa)).orElse(gpa);
    }

    private void step(String id, String step, String detail) {
        steps.add(new HostStep(id, step, detail));
    }

    @Override
    public Optional<HostStep> parameterArea(ParameterArea area) {
        areas.declare(area);
        return Optional.empty();
    }

    @Override
    public Optional<HostStep> pageData(PageData page) {
        if (page.flags().is2mbPage()) {
            throw new LoadException(String.format("2 MiB page at 0x%x, expected 4 KiB pages", page.gpa()));
        }
        boolean isTable = placement
                .relocation()
                .map(relocation -> relocation.pageTables().range().contains(page.gpa()))
                .orElse(false);
        if (isTable) {
            holdBack(page);
        } else {
            imports.addPage(relocate(page.gpa()), acceptance(page), page.content());
        }
        if (platform.platformType() == PlatformType.TDX && page.gpa() == TdxTrampolineContext.GPA) {
            return Optional.of(setUp(new VbsVpContext(platform.highestVtl(), StartStates.ofResetPage(page.content()))));
        }
        return Optional.empty();
    }

    /** Page tables are imported last, rebuilt. */
    private void holdBack(PageData page) {
        GpaRange used = placement
                .relocation()
                .map(relocation -> GpaRange.ofSize(
                        relocation.pageTables().gpa(), relocation.pageTables().usedSize()))
                .orElseThrow();
        if (!used.contains(page.gpa()) && !page.content().isZero()) {
            throw new LoadException(
                    String.format("page table at 0x%x lies outside the tables in use, %s", page.gpa(), used));
        }
        if (used.contains(page.gpa()) && tablePages.put(page.gpa(), page.content()) != null) {
            throw new LoadException(String.format("the image has content for page table 0x%x twice", page.gpa()));
        }
    }

    private static Acceptance acceptance(PageData page) {
        return switch (page.dataType()) {
            case NORMAL ->
                page.flags().unmeasured()
                        ? Acceptance.EXCLUSIVE_UNMEASURED
                        : page.flags().shared() ? Acceptance.SHARED : Acceptance.EXCLUSIVE;
            case SECRETS -> Acceptance.SECRETS;
            case CPUID_DATA -> Acceptance.CPUID;
            case CPUID_XF -> Acceptance.CPUID_EXTENDED_STATE;
        };
    }

    @Override
    public Optional<HostStep> parameter(Parameter parameter) {
        Optional<Bytes> value = values.value(parameter.kind());
        // An area that is never filled must still be one that could be.
        areas.write(parameter.parameterAreaIndex(), parameter.byteOffset(), value.orElse(Bytes.EMPTY));
        if (parameter.kind() == ParameterKind.DEVICE_TREE) {
            hostTree = value;
        }
        return Optional.of(new HostStep(
                "H06",
                "fill parameter",
                parameter.kind()
                        + value.map(bytes -> String.format(", 0x%x bytes", bytes.size()))
                                .orElse(", none")));
    }

    @Override
    public Optional<HostStep> parameterInsert(ParameterInsert insert) {
        ParameterBuffers.Filled area = areas.take(insert.parameterAreaIndex());
        long gpa = relocate(insert.gpa());
        if (area.sizeBytes() != 0) {
            imports.add(gpa, area.sizeBytes(), Acceptance.EXCLUSIVE_UNMEASURED, area.content());
        }
        return Optional.of(new HostStep(
                "H07",
                "insert parameter area",
                String.format(
                        "%s, 0x%x bytes at 0x%x",
                        Integer.toUnsignedString(insert.parameterAreaIndex()), area.sizeBytes(), gpa)));
    }

    @Override
    public Optional<HostStep> vpContext(VpContext header) {
        if (platform.platformType() == PlatformType.SEV_SNP) {
            imports.add(header.gpa(), PAGE, Acceptance.VP_CONTEXT, header.content());
            return header.vpIndex() != 0
                    ? Optional.empty()
                    : Optional.of(setUp(new VbsVpContext(platform.highestVtl(), StartStates.ofVmsa(header.content()))));
        }
        if (platform.platformType() == PlatformType.TDX) {
            throw new LoadException("VP context for TDX, which has none");
        }
        return BootRegisters.of(header, platform.highestVtl(), placement.relocation())
                .map(this::setUp);
    }

    private HostStep setUp(VbsVpContext context) {
        if (bootContext.isPresent()) {
            throw new FormatException("a second VP context for VP 0 of VTL " + platform.highestVtl());
        }
        bootContext = Optional.of(context);
        return new HostStep(
                "H08",
                "set up the boot processor",
                String.format(
                        "%d registers, RIP 0x%x", context.registers().size(), register(context, X64Register.RIP)));
    }

    /** Checked before the first directive. */
    @Override
    public Optional<HostStep> requiredMemory(RequiredMemory memory) {
        return Optional.empty();
    }

    @Override
    public Optional<HostStep> errorRange(ErrorRange range) {
        imports.add(relocate(range.gpa()), range.sizeBytes(), Acceptance.SHARED, Bytes.EMPTY);
        return Optional.empty();
    }

    /** Collected before; see {@link SnpLaunch}. */
    @Override
    public Optional<HostStep> snpIdBlock(SnpIdBlock block) {
        return Optional.empty();
    }

    /** A measurement is checked by whoever measures, not by the loader. */
    @Override
    public Optional<HostStep> vbsMeasurement(VbsMeasurement measurement) {
        return Optional.empty();
    }

    @Override
    public Optional<HostStep> unknown(UnknownDirective header) {
        return Optional.empty();
    }
}
