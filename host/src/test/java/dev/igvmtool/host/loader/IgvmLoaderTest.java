package dev.igvmtool.host.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.devicetree.binding.HostTree;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.VbsVpContext;
import dev.igvmtool.format.context.X64Register;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.InitializationHeader;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.PageDataFlags;
import dev.igvmtool.format.header.PageDataType;
import dev.igvmtool.format.header.PageTableRelocationRegion;
import dev.igvmtool.format.header.Parameter;
import dev.igvmtool.format.header.ParameterArea;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.ParameterKind;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.RelocatableRegion;
import dev.igvmtool.format.header.RequiredMemory;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.VmConfigBuilder;
import dev.igvmtool.host.config.Vtl2Base;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class IgvmLoaderTest {
    private static final long MIB = 1 << 20;
    private static final long FILE_BASE = 0x800_0000;

    private static IgvmFile release() throws IOException {
        return IgvmReader.read(
                SharedTestData.require("golden/cases/openhcl-x64-release/expected/openhcl-x64-release.bin"));
    }

    private static VmConfigBuilder config() {
        return VmConfig.builder().topology(4, 1024 * MIB, 1);
    }

    private static long register(LoadPlan plan, X64Register name) {
        return plan.registers().stream()
                .filter(register -> register.name() == name.number())
                .mapToLong(VbsRegister::u64)
                .findFirst()
                .orElseThrow();
    }

    private static Map<Long, PageImport> byGpa(LoadPlan plan) {
        Map<Long, PageImport> result = new TreeMap<>();
        plan.imports().forEach(pages -> result.put(pages.gpa(), pages));
        return result;
    }

    private static List<String> ids(LoadPlan plan) {
        return plan.steps().stream().map(HostStep::id).distinct().toList();
    }

    @Test
    void placesPagesWhereTheFileSays() throws IOException {
        IgvmFile file = release();

        LoadPlan plan = IgvmLoader.plan(file, config().build());

        Map<Long, PageImport> imports = byGpa(plan);
        int pages = 0;
        for (Directive directive : file.directives()) {
            if (directive instanceof PageData page) {
                assertEquals(page.content(), imports.get(page.gpa()).content());
                pages++;
            }
        }
        assertTrue(pages > 1000);
        assertEquals(2, plan.vtl());
        assertEquals(OptionalLong.of(FILE_BASE), plan.vtl2Base());
        assertEquals(List.of("H01", "H03", "H04", "H05", "H06", "H07", "H08", "H10"), ids(plan));
    }

    @Test
    void tellsVtl2OfItsMemory() throws IOException {
        LoadPlan plan = IgvmLoader.plan(release(), config().build());

        HostTree tree = HostTree.parse(plan.hostTree().orElseThrow());
        assertEquals(4, tree.cpus().size());
        assertEquals(
                List.of("0x0-0x8000000 type 0", "0x8000000-0xc600000 type 3", "0xc600000-0x40000000 type 0"),
                tree.memory().stream()
                        .map(entry -> entry.range() + " type " + entry.igvmType())
                        .toList());
        PageImport area = plan.imports().stream()
                .filter(pages -> pages.acceptance() == Acceptance.EXCLUSIVE_UNMEASURED)
                .filter(pages -> pages.sizeBytes() == 0x4_0000)
                .findFirst()
                .orElseThrow();
        assertEquals(plan.hostTree().orElseThrow(), area.content());
    }

    @Test
    void movesVtl2ToAGivenAddress() throws IOException {
        IgvmFile file = release();
        LoadPlan inPlace = IgvmLoader.plan(file, config().build());
        long offset = 0x1800_0000;

        LoadPlan moved = IgvmLoader.plan(
                file,
                config().vtl2Base(new Vtl2Base.Absolute(FILE_BASE + offset)).build());

        for (X64Register name : List.of(X64Register.RIP, X64Register.CR3)) {
            assertEquals(register(inPlace, name) + offset, register(moved, name));
        }
        assertEquals(register(inPlace, X64Register.RSI), register(moved, X64Register.RSI));
        Map<Long, PageImport> imports = byGpa(moved);
        PageTableCheck tables = new PageTableCheck(moved);
        long tableStart = moved.relocation().orElseThrow().pageTables().gpa();
        for (PageImport pages : inPlace.imports()) {
            long expected = pages.gpa() < FILE_BASE ? pages.gpa() : pages.gpa() + offset;
            if (pages.gpa() >= FILE_BASE) {
                assertEquals(expected, tables.translate(expected), "identity at " + Long.toHexString(expected));
            }
            if (pages.gpa() < tableStart && pages.sizeBytes() == 4096) {
                assertEquals(pages.content(), imports.get(expected).content());
            }
        }
        assertEquals(List.of("H01", "H03", "H04", "H05", "H06", "H07", "H08", "H09", "H10"), ids(moved));
        assertEquals(
                "0x20000000-0x24600000",
                HostTree.parse(moved.hostTree().orElseThrow()).memory().stream()
                        .filter(entry -> entry.igvmType() == 3)
                        .map(entry -> entry.range().toString())
                        .findFirst()
                        .orElseThrow());
    }

    /** Walks the tables of a plan. */
    private static final class PageTableCheck {
        private final LoadPlan plan;
        private final PageImport tables;

        PageTableCheck(LoadPlan plan) {
            this.plan = plan;
            this.tables = plan.imports().get(plan.imports().size() - 1);
        }

        long translate(long va) {
            long table = register(plan, X64Register.CR3);
            for (int level = 3; ; level--) {
                long span = 1L << 12 + 9 * level;
                long entry = tables.content().u64((int) (table - tables.gpa() + va / span % 512 * 8));
                assertEquals(1, entry & 1, "present at level " + level);
                long address = entry & 0x000f_ffff_ffff_f000L;
                if (level == 0 || (entry & 0x80) != 0) {
                    return address + va % span;
                }
                table = address;
            }
        }
    }

    @Test
    void addsRamForVtl2AsALayoutSays() throws IOException {
        LoadPlan plan = IgvmLoader.plan(
                release(),
                config().vtl2Base(new Vtl2Base.MemoryLayout(
                                OptionalLong.of(0x1_2000_0000L), OptionalLong.of(0x1000_0000)))
                        .build());

        assertEquals(OptionalLong.of(0x1_2000_0000L), plan.vtl2Base());
        assertEquals(
                new RamRange(GpaRange.ofSize(0x1_2000_0000L, 0x1000_0000), 0),
                plan.ram().get(plan.ram().size() - 1));
        assertEquals(
                List.of("0x0-0x40000000 type 0", "0x120000000-0x130000000 type 3"),
                plan.memoryMap().entries().stream()
                        .map(entry -> entry.range() + " type " + entry.igvmType())
                        .toList());
    }

    @Test
    void findsAPlaceForTheLayoutItself() throws IOException {
        LoadPlan plan = IgvmLoader.plan(
                release(),
                config().vtl2Base(new Vtl2Base.MemoryLayout(OptionalLong.empty(), OptionalLong.empty()))
                        .build());

        assertEquals(OptionalLong.of(0x4000_0000), plan.vtl2Base());
    }

    @Test
    void tellsNothingProtectableWhenVtl2SelectsItself() throws IOException {
        LoadPlan plan = IgvmLoader.plan(
                release(),
                config().vtl2Base(new Vtl2Base.Vtl2Allocate(OptionalLong.of(0x2000_0000), 0x800_0000))
                        .build());

        HostTree tree = HostTree.parse(plan.hostTree().orElseThrow());
        assertTrue(tree.memory().stream().allMatch(entry -> entry.igvmType() == 0));
        assertTrue(tree.allocation().vtl2());
        assertEquals(OptionalLong.of(0x2000_0000), tree.allocation().memorySize());
        assertEquals(OptionalLong.of(FILE_BASE), plan.vtl2Base());
    }

    @Test
    void refusesWhatDoesNotSuit() throws IOException {
        refuses("SNP", release(), config().isolation(Isolation.SNP));
        refuses("TDX", release(), config().isolation(Isolation.TDX));
        refuses("not all RAM", release(), VmConfig.builder().topology(1, 128 * MIB, 1));
        refuses("within 0x8000000-", release(), config().vtl2Base(new Vtl2Base.Absolute(0x1000_1000)));
        refuses("within 0x8000000-", release(), config().vtl2Base(new Vtl2Base.Absolute(0x20_0000)));
        refuses(
                "expected a multiple of 2 MiB",
                release(),
                config().vtl2Base(new Vtl2Base.MemoryLayout(OptionalLong.empty(), OptionalLong.of(0x20_0000))));
        refuses(
                "overlaps RAM",
                release(),
                config().vtl2Base(new Vtl2Base.MemoryLayout(OptionalLong.of(0x1000_0000), OptionalLong.empty())));
        refuses(
                "ends past 0x10000000000000",
                release(),
                config().ram(List.of(new RamRange(GpaRange.ofSize(0x1000, 1L << 52), 0))));
        refuses("whole pages", release(), config().ram(List.of(new RamRange(GpaRange.ofSize(0, 0x4000_0800), 0))));
        refuses("NUL", release(), config().commandLine("a\0b"));
        IgvmFile fixed = IgvmReader.read(SharedTestData.require("golden/cases/base-fixed/expected/base-fixed.bin"));
        refuses("0 relocatable regions", fixed, config().vtl2Base(new Vtl2Base.Absolute(0x2000_0000)));
        IgvmFile aarch64 = IgvmReader.read(
                SharedTestData.require("golden/cases/openhcl-aarch64-release/expected/openhcl-aarch64-release.bin"));
        refuses("runs without isolation here, not with VBS", aarch64, config().isolation(Isolation.VBS));
    }

    private static void refuses(String message, IgvmFile file, VmConfigBuilder config) {
        LoadException error = assertThrows(LoadException.class, () -> IgvmLoader.plan(file, config.build()));
        assertTrue(error.getMessage().contains(message), error.getMessage());
    }

    private static IgvmFile with(IgvmFile file, Directive... more) {
        List<Directive> directives = new ArrayList<>(file.directives());
        directives.addAll(List.of(more));
        return new IgvmFile(file.revision(), file.platforms(), file.initializations(), directives);
    }

    @Test
    void refusesDirectivesThatContradictEachOther() throws IOException {
        IgvmFile file = release();
        PageData page = new PageData(0x800_0000, 1, PageDataFlags.NONE, PageDataType.NORMAL, Bytes.fromHex("01"));
        fails("twice", with(file, page, page));
        fails("not RAM", with(file, new PageData(0xf800_0000L, 1, page.flags(), page.dataType(), Bytes.EMPTY)));
        fails("never declared", with(file, new Parameter(ParameterKind.VP_COUNT, 9, 0)));
        fails("after it was inserted", with(file, new ParameterInsert(0x1000_0000, 1, 0)));
        fails("declared twice", with(file, new ParameterArea(0x1000, 0, Bytes.EMPTY)));
        fails(
                "does not fit",
                with(file, new ParameterArea(0x1000, 9, Bytes.EMPTY), new Parameter(ParameterKind.VP_COUNT, 9, 0xffe)));
        fails(
                "expected at most 0x4000000 in all areas together",
                with(
                        file,
                        new ParameterArea(1L << 62, 9, Bytes.EMPTY),
                        new Parameter(ParameterKind.VP_COUNT, 9, 0xffff_fff0L)));
        List<Directive> many = new ArrayList<>();
        for (int index = 10; index < 80; index++) {
            many.add(new ParameterArea(1L << 40, index, Bytes.EMPTY));
            many.add(new Parameter(ParameterKind.VP_COUNT, index, 0x10_0000));
        }
        fails("in all areas together", with(file, many.toArray(Directive[]::new)));
        fails("not RAM", with(file, new ParameterArea(1L << 62, 9, Bytes.EMPTY), new ParameterInsert(0, 1, 9)));
        fails("import of", with(file, new ParameterArea(1L << 63, 9, Bytes.EMPTY), new ParameterInsert(0, 1, 9)));
        fails("not all RAM", with(file, new RequiredMemory(0x1_0000_0000L, 1, 0x1000, false)));
        fails("past 2^64", with(file, new RequiredMemory(-0x1000, 1, 0xffff_f000L, false)));
    }

    private static void fails(String message, IgvmFile file) {
        IgvmToolException error = assertThrows(IgvmToolException.class, () -> IgvmLoader.plan(file, config().build()));
        assertTrue(error instanceof LoadException || error instanceof FormatException);
        assertTrue(error.getMessage().contains(message), error.getMessage());
    }

    @Test
    void startsNoLowerVtl() throws IOException {
        VbsVpContext lower = new VbsVpContext(0, List.of(VbsRegister.ofU64(X64Register.RIP.number(), 0x1000)));
        VpContext context = new VpContext(0, 1, 0, lower.toBytes());
        fails("VP context of VTL 0, expected VTL 2", with(release(), context));
        IgvmLoader.planReload(with(release(), context), config().build());
    }

    @Test
    void wantsEachRangeOfRequiredMemoryInOneRangeOfRam() throws IOException {
        refuses(
                "the image requires memory 0x8000000-0xc600000, which lies in more than one range of RAM",
                release(),
                VmConfig.builder().topology(4, 640 * MIB, 4));
    }

    @Test
    void placesErrorsInTheFile() throws IOException {
        IgvmFile file = release();
        fails(
                "which is not RAM, in directive " + file.directives().size(),
                with(file, new ErrorRange(0xf800_0000L, 1, 0x1000)));
    }

    @Test
    void importsErrorRangesAsSharedZeros() throws IOException {
        LoadPlan plan = IgvmLoader.plan(with(release(), new ErrorRange(0x100_0000, 1, 0x3000)), config().build());
        assertEquals(
                new PageImport(0x100_0000, 0x3000, Acceptance.SHARED, Bytes.EMPTY),
                byGpa(plan).get(0x100_0000L));
    }

    @Test
    void tellsVtl2OfItsFramebuffer() throws IOException {
        LoadPlan plan = IgvmLoader.plan(
                release(),
                config().commandLine("a").vtl2Framebuffer(0xf800_0000L).build());
        assertEquals(
                "OPENHCL_FRAMEBUFFER_GPA_BASE=4160749568 a",
                HostTree.parse(plan.hostTree().orElseThrow()).commandLine());
    }

    @Test
    void reloadsOnlyWhatIsOfVtl2() throws IOException {
        IgvmFile file = release();
        LoadPlan whole = IgvmLoader.plan(file, config().build());
        LoadPlan reload = IgvmLoader.planReload(file, config().build());
        List<PageImport> ofVtl2 = whole.imports().stream()
                .filter(pages -> pages.gpa() >= FILE_BASE)
                .toList();
        assertTrue(ofVtl2.size() < whole.imports().size());
        assertEquals(ofVtl2, reload.imports());
        assertEquals(whole.registers(), reload.registers());
        assertEquals(whole.hostTree(), reload.hostTree());
        assertTrue(reload.steps().get(0).detail().endsWith("VTL2 only"));
        IgvmFile fixed = IgvmReader.read(SharedTestData.require("golden/cases/base-fixed/expected/base-fixed.bin"));
        long base = IgvmLoader.plan(fixed, config().build()).vtl2Base().orElseThrow();
        assertTrue(IgvmLoader.planReload(fixed, config().build()).imports().stream()
                .allMatch(pages -> pages.gpa() >= base));
        LoadException error = assertThrows(
                LoadException.class,
                () -> IgvmLoader.planReload(
                        file, config().isolation(Isolation.VBS).build()));
        assertTrue(error.getMessage().contains("VBS isolation cannot be reloaded"), error.getMessage());
    }

    @Test
    void movesAnSnpImageWithItsVmsaAndItsTables() throws IOException {
        IgvmFile file = IgvmReader.read(
                SharedTestData.require("golden/cases/openhcl-x64-cvm-release/expected/openhcl-x64-cvm-release.bin"));
        VmConfigBuilder snp = config().isolation(Isolation.SNP);
        int mask = file.platform(PlatformType.SEV_SNP).orElseThrow().compatibilityMask();
        LoadPlan inPlace = IgvmLoader.plan(file, snp.build());
        refuses("0 relocatable regions", file, snp.vtl2Base(new Vtl2Base.Absolute(0x1000_0000)));
        long tables = register(inPlace, X64Register.CR3) & ~(1L << 51);
        long end = inPlace.imports().stream()
                        .mapToLong(pages -> pages.range().end())
                        .max()
                        .orElseThrow()
                - tables;
        List<InitializationHeader> headers = new ArrayList<>(file.initializations());
        headers.add(
                new RelocatableRegion(mask, 0, 2, 7, 0x20_0000, FILE_BASE, tables - FILE_BASE, FILE_BASE, 1L << 48));
        headers.add(new PageTableRelocationRegion(mask, 0, 2, tables, end + 0x8000, end));
        IgvmFile movable = new IgvmFile(file.revision(), file.platforms(), headers, file.directives());
        long offset = 0x1000_0000;

        LoadPlan moved = IgvmLoader.plan(
                movable, snp.vtl2Base(new Vtl2Base.Absolute(FILE_BASE + offset)).build());

        for (X64Register name : List.of(X64Register.RIP, X64Register.CR3)) {
            assertEquals(register(inPlace, name) + offset, register(moved, name), name.toString());
        }
        PageImport vmsa = moved.imports().stream()
                .filter(pages -> pages.acceptance() == Acceptance.VP_CONTEXT)
                .findFirst()
                .orElseThrow();
        assertTrue(vmsa.gpa() > FILE_BASE + offset);
        assertEquals(register(moved, X64Register.RIP), vmsa.content().u64(0x178));
        PageImport rebuilt = moved.imports().get(moved.imports().size() - 1);
        assertEquals(tables + offset, rebuilt.gpa());
        for (int at = 0; at < rebuilt.content().size(); at += 8) {
            long entry = rebuilt.content().u64(at);
            assertTrue(entry == 0 || (entry & 1L << 51) != 0, "entry at " + at + " is not private");
        }
        assertEquals(rebuilt.gpa(), register(moved, X64Register.CR3) & ~(1L << 51));
        refuses(
                "an image for TDX cannot be moved",
                tdxWithRegions(file),
                config().isolation(Isolation.TDX).vtl2Base(new Vtl2Base.Absolute(0x1000_0000)));
    }

    private static IgvmFile tdxWithRegions(IgvmFile file) {
        int mask = file.platform(PlatformType.TDX).orElseThrow().compatibilityMask();
        List<InitializationHeader> headers = new ArrayList<>(file.initializations());
        headers.add(new RelocatableRegion(mask, 0, 2, 7, 0x20_0000, FILE_BASE, 0x10_0000, FILE_BASE, 1L << 48));
        headers.add(new PageTableRelocationRegion(mask, 0, 2, FILE_BASE + 0x10_0000, 0x1000, 0x1000));
        return new IgvmFile(file.revision(), file.platforms(), headers, file.directives());
    }

    @Test
    void fillsEveryKindOfParameter() throws IOException {
        IgvmFile file = release();
        List<Directive> more = new ArrayList<>();
        more.add(new ParameterArea(0x1_0000, 9, Bytes.fromHex("ffffffffffffffffff")));
        long offset = 0;
        for (ParameterKind kind : ParameterKind.values()) {
            more.add(new Parameter(kind, 9, offset));
            offset += 0x1000;
        }
        more.add(new ParameterInsert(0x1000_0000, 1, 9));
        VmConfig config = config().commandLine("text").build();

        LoadPlan plan = IgvmLoader.plan(with(file, more.toArray(Directive[]::new)), config);

        Bytes area = byGpa(plan).get(0x1000_0000L).content();
        assertEquals(4, area.u32(0));
        assertEquals(0xffff_ffffL, area.u32(4));
        assertEquals("SRAT", area.slice(0x1000, 4).toUtf8());
        assertEquals(0, checksum(area.from(0x1000)));
        assertEquals("APIC", area.slice(0x2000, 4).toUtf8());
        assertEquals(0, checksum(area.from(0x2000)));
        assertEquals(0xf_8000, area.u64(0x3000));
        assertEquals(0x8000, area.u64(0x3008));
        assertEquals(0xfe_0000, area.u64(0x3010));
        assertEquals(0, area.u64(0x4000));
        assertEquals(0x8000, area.u64(0x4008));
        assertEquals(3, area.u16(0x4018 + 16));
        assertEquals(0, area.u64(0x4000 + 3 * 24 + 8));
        assertEquals("text\0", area.slice(0x5000, 5).toUtf8());
        assertEquals(
                plan.hostTree().orElseThrow(),
                area.slice(0x8000, plan.hostTree().orElseThrow().size()));
        assertEquals(0, area.u32(0x9000));
    }

    private static int checksum(Bytes table) {
        int sum = 0;
        for (int i = 0; i < table.u32(4); i++) {
            sum += table.u8(i);
        }
        return sum & 0xff;
    }
}
