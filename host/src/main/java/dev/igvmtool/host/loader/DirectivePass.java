package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.VbsVpContext;
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
import dev.igvmtool.machine.guest.Architecture;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The pass over the directives of an image, in file order: what each of them makes the host do. Page tables of an image
 * that moves are held back to the end.
 */
final class DirectivePass implements Directive.Visitor<Optional<HostStep>> {
    private static final long PAGE = 4096;

    private final Architecture architecture;
    private final RegisterRoles roles;
    private final SupportedPlatform platform;
    private final Placement placement;
    private final LoadScope scope;
    private final ParameterValues values;
    private final ParameterBuffers areas = new ParameterBuffers();
    private final ImportList imports;
    private final Map<Long, Bytes> tablePages = new TreeMap<>(Long::compareUnsigned);
    private final List<HostStep> steps = new ArrayList<>();
    private Optional<BootState> bootState = Optional.empty();
    private Optional<Bytes> hostTree = Optional.empty();

    /**
     * How the boot processor starts.
     *
     * @param context its registers, relocated
     * @param tableRoot as the file has it
     * @param tableControl as the file has it
     */
    private record BootState(VbsVpContext context, long tableRoot, long tableControl) {}

    DirectivePass(
            Architecture architecture,
            SupportedPlatform platform,
            List<RamRange> ram,
            Placement placement,
            LoadScope scope,
            VmConfig config) {
        this.architecture = architecture;
        this.roles = RegisterRoles.of(architecture);
        this.platform = platform;
        this.placement = placement;
        this.scope = scope;
        this.values = new ParameterValues(architecture, config, placement.memoryMap());
        this.imports = new ImportList(
                GuestMemoryMap.flatten(ram.stream().map(RamRange::range).toList()),
                (range, acceptance) -> steps.add(new HostStep("H05", "import page data", acceptance + " " + range)));
    }

    /**
     * Takes all directives for the platform.
     *
     * @throws FormatException if directives contradict each other
     * @throws LoadException if the image does not suit the configuration
     */
    void take(List<Directive> directives) {
        for (int i = 0; i < directives.size(); i++) {
            Directive directive = directives.get(i);
            if (!directive.appliesTo(platform.compatibilityMask()) || scope.leavesOut(directive)) {
                continue;
            }
            if (!(directive instanceof PageData)) {
                imports.flush();
            }
            try {
                directive.accept(this).ifPresent(steps::add);
            } catch (FormatException e) {
                throw e.in("directive " + i);
            } catch (LoadException e) {
                throw e.in("directive " + i);
            }
        }
        imports.flush();
        BootState state = state();
        placement.relocation().ifPresent(relocation -> rebuildTables(relocation, state));
    }

    /** Start state of the boot processor. */
    VbsVpContext context() {
        return state().context;
    }

    private BootState state() {
        return bootState.orElseThrow(
                () -> new LoadException("image has no VP context for VTL " + platform.highestVtl()));
    }

    /** What goes into guest memory, in order. */
    List<PageImport> imports() {
        return imports.imports();
    }

    /** The device tree, if the image has room for one. */
    Optional<Bytes> hostTree() {
        return hostTree;
    }

    /** What was done. */
    List<HostStep> steps() {
        return steps;
    }

    private void rebuildTables(Relocation relocation, BootState state) {
        TableFormat format = TableFormat.of(architecture, platform.platformType());
        format.check(state.tableControl);
        Bytes tables = PageTableRebuilder.rebuild(relocation, tablePages, state.tableRoot, format);
        long gpa = relocation.pageTables().gpa() + relocation.offset();
        imports.add(gpa, tables.size(), Acceptance.EXCLUSIVE, tables);
        steps.add(new HostStep("H09", "rebuild page tables", String.format("0x%x bytes at 0x%x", tables.size(), gpa)));
    }

    private long relocate(long gpa) {
        return placement.relocation().map(relocation -> relocation.apply(gpa)).orElse(gpa);
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
            return Optional.of(
                    setUp(new VbsVpContext(platform.highestVtl(), ResetPage.registers(page.content())), 0, 0));
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
            return vmsa(header);
        }
        if (platform.platformType() == PlatformType.TDX) {
            throw new LoadException("VP context for TDX, which has none");
        }
        VbsVpContext context = VbsVpContext.read(header.content());
        if (context.vtl() != platform.highestVtl()) {
            if (scope.vtl2Only()) {
                return Optional.empty();
            }
            throw new LoadException(String.format(
                    "VP context of VTL %d, expected VTL %d, the highest: a host starts no other",
                    context.vtl(), platform.highestVtl()));
        }
        return Optional.of(setUp(
                BootRegisters.of(roles, header.vpIndex(), context, placement.relocation()),
                register(context, roles.tableRoot()),
                register(context, roles.tableControl())));
    }

    /** Every VMSA is a page of the guest; that of the boot processor says how it starts. */
    private Optional<HostStep> vmsa(VpContext header) {
        StartVmsa file = new StartVmsa(header.content());
        StartVmsa vmsa = placement.relocation().map(file::relocated).orElse(file);
        imports.add(relocate(header.gpa()), PAGE, Acceptance.VP_CONTEXT, vmsa.content());
        return header.vpIndex() != 0
                ? Optional.empty()
                : Optional.of(setUp(new VbsVpContext(platform.highestVtl(), vmsa.registers()), file.cr3(), file.cr4()));
    }

    private HostStep setUp(VbsVpContext context, long cr3, long cr4) {
        if (bootState.isPresent()) {
            throw new FormatException("a second VP context for VP 0 of VTL " + platform.highestVtl());
        }
        bootState = Optional.of(new BootState(context, cr3, cr4));
        return new HostStep(
                "H08",
                "set up the boot processor",
                String.format(
                        "%d registers, %s 0x%x",
                        context.registers().size(), roles.pcName(), register(context, roles.pc())));
    }

    private static long register(VbsVpContext context, int name) {
        return context.register(name).map(VbsRegister::u64).orElse(0L);
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
