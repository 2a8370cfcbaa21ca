package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.paravisor.MeasuredVtl0Config;
import dev.igvmtool.abi.paravisor.PageRegion;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.abi.paravisor.ReservedRegion;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.abi.shim.SupportedIsolation;
import dev.igvmtool.builder.manifest.GuestArch;
import dev.igvmtool.builder.manifest.Image;
import dev.igvmtool.builder.manifest.ManifestException;
import dev.igvmtool.builder.paging.PageTableBuilder;
import dev.igvmtool.format.context.X64Register;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Places OpenHCL for x64 in VTL2 memory, one region after the other, and in VTL0 memory the page that tells what is
 * there. {@code vm/loader/src/paravisor.rs: load_openhcl_x64}.
 */
final class ParavisorLoader {
    private static final long BOUNCE_BUFFER_BYTES = 0x20_0000;
    private static final GpaRange LOCAL_MAP = GpaRange.ofSize(0x20_0000, 0x20_0000);
    private static final GpaRange RESET_PAGE = GpaRange.ofSize(0xffff_f000L, 0x1000);
    private static final long SNP_ENCRYPTION_BIT = 1L << 51;
    private static final int CODE_INDEX = 2;
    private static final long CONTEXT_PAGE = 1;

    private final ImageSink sink;
    private final Isolation isolation;
    private final boolean withVtl2;

    /** @param withVtl2 false for the unusual image that runs a paravisor as the only guest */
    ParavisorLoader(ImageSink sink, Isolation isolation, boolean withVtl2) {
        this.sink = sink;
        this.isolation = isolation;
        this.withVtl2 = withVtl2;
    }

    /** Places everything; the payload for VTL0 is there already. */
    void load(Image.Openhcl image, ParavisorPayload payload, Vtl0Payload vtl0) {
        GpaRange memory = ParavisorRegions.memory(image);
        Bytes commandLine = ParavisorRegions.commandLine(image);
        sink.requireMemory(memory, withVtl2);
        Layout at = place(memory, payload, commandLine);
        ParavisorRegions.checkFits(memory, at.usedEnd);

        boolean relocatable = isolation.type() == Isolation.Type.NONE
                && image.memoryPageBase().isEmpty();
        if (relocatable) {
            GpaRange region = new GpaRange(memory.start(), at.pageTables.start());
            sink.relocatableRegion(
                    region, Pages.LARGE, ParavisorRegions.DEFAULT_BASE, ParavisorRegions.RELOCATION_MAX, true, true);
        }
        importPage(at.shimParams, "underhill-shim-params", ShimParams.CODEC.toBytes(shimParams(memory, payload, at)));
        Bytes tables = pageTables(memory, at.pageTables.start());
        if (relocatable) {
            sink.pageTableRelocation(at.pageTables, tables.size());
        }
        sink.importRegion(
                at.pageTables.start(), at.pageTables.size(), "underhill-page-tables", Acceptance.EXCLUSIVE, tables);
        importPage(at.gdt, "underhill-gdt", Registers.gdt(CODE_INDEX));
        importRegisters(at);
        long parameterPage = at.parameters / Pages.SIZE;
        ParavisorRegions.createParameterAreas(sink, parameterPage);
        if (isolation.type() == Isolation.Type.SNP) {
            importSnpPages(at.reserved / Pages.SIZE);
        }
        importVtl0Config(vtl0);
        ParavisorRegions.finishParameterRegion(sink, parameterPage, isolation.sharedGpaBoundaryBits(), image);
    }

    /** Addresses of all regions; a mutable scratch pad of one load. */
    private static final class Layout {
        private ElfLoader.Placed kernel = new ElfLoader.Placed(0, 0, 0);
        private ElfLoader.Placed sidecar = new ElfLoader.Placed(0, 0, 0);
        private ElfLoader.Placed shim = new ElfLoader.Placed(0, 0, 0);
        private GpaRange initrd = new GpaRange(0, 0);
        private long gdt;
        private long shimParams;
        private long commandLine;
        private long reserved;
        private long parameters;
        private GpaRange log = new GpaRange(0, 0);
        private GpaRange heap = new GpaRange(0, 0);
        private GpaRange pageTables = new GpaRange(0, 0);
        private long usedEnd;
    }

    /** Assigns addresses and imports what does not depend on others. */
    private Layout place(GpaRange memory, ParavisorPayload payload, Bytes commandLine) {
        Acceptance kernelAcceptance = isolation.isHardware() ? Acceptance.SHARED : Acceptance.EXCLUSIVE;
        ElfLoader elves = new ElfLoader(sink);
        Layout at = new Layout();
        long kernelStart =
                memory.start() + ParavisorRegions.PERSISTED_BYTES + (isolation.isHardware() ? BOUNCE_BUFFER_BYTES : 0);
        at.kernel = payload.kernel()
                .read(file -> elves.loadMovable(
                        ElfFiles.read(file, GuestArch.X64), kernelStart, kernelAcceptance, "underhill-kernel"));
        at.sidecar = new ElfLoader.Placed(at.kernel.end(), at.kernel.end(), 0);
        if (payload.sidecar().isPresent()) {
            long base = Pages.up(at.kernel.end(), Pages.LARGE);
            ElfLoader.Placed sidecar = place(elves, payload.sidecar().get(), base, "sidecar-kernel");
            at.sidecar = new ElfLoader.Placed(base, sidecar.end(), sidecar.entry());
        }
        at.shim = place(elves, payload.shim(), at.sidecar.end(), "underhill-boot-shim");
        Bytes initrd = payload.initrd().content();
        at.initrd = GpaRange.ofSize(at.shim.end(), initrd.size());
        sink.importRegion(at.initrd.start(), at.initrd.size(), "underhill-initrd", kernelAcceptance, initrd);
        placeSmallRegions(at, commandLine);
        at.pageTables = GpaRange.ofSize(at.heap.end(), pageTableCount(memory) * Pages.SIZE);
        at.usedEnd = at.pageTables.end();
        return at;
    }

    private static ElfLoader.Placed place(ElfLoader elves, Resource executable, long offset, String tag) {
        return executable.read(
                file -> elves.load(ElfFiles.read(file, GuestArch.X64), 0, offset, Acceptance.EXCLUSIVE, tag));
    }

    private void placeSmallRegions(Layout at, Bytes commandLine) {
        at.gdt = Pages.up(at.initrd.end());
        at.shimParams = at.gdt + Pages.SIZE;
        at.commandLine = at.shimParams + Pages.SIZE;
        at.reserved = at.commandLine + Pages.SIZE;
        at.parameters = at.reserved + ReservedRegion.PAGE_COUNT * Pages.SIZE;
        long next = at.parameters + ParameterRegion.PAGE_COUNT * Pages.SIZE;
        at.log = GpaRange.ofSize(next, ParavisorRegions.LOG_PAGES * Pages.SIZE);
        at.heap = GpaRange.ofSize(at.log.end(), ParavisorRegions.HEAP_PAGES * Pages.SIZE);
        importPage(at.commandLine, "underhill-command-line", commandLine);
        sink.importRegion(
                at.log.start(), at.log.size(), "ohcl-boot-shim-log-buffer", Acceptance.EXCLUSIVE, Bytes.EMPTY);
        sink.importRegion(at.heap.start(), at.heap.size(), "ohcl-boot-shim-heap", Acceptance.EXCLUSIVE, Bytes.EMPTY);
    }

    private ShimParams shimParams(GpaRange memory, ParavisorPayload payload, Layout at) {
        long base = at.shim.start();
        CRC32 crc = new CRC32();
        crc.update(payload.initrd().content().asBuffer());
        boolean bounce = isolation.isHardware();
        SupportedIsolation supported =
                switch (isolation.type()) {
                    case NONE, VBS -> SupportedIsolation.VBS;
                    case SNP -> SupportedIsolation.SNP;
                    case TDX -> SupportedIsolation.TDX;
                };
        return new ShimParams(
                at.kernel.entry() - base,
                at.commandLine - base,
                at.initrd.start() - base,
                at.initrd.size(),
                crc.getValue(),
                supported.value(),
                memory.start() - base,
                memory.size(),
                at.parameters - base,
                ParameterRegion.PAGE_COUNT * Pages.SIZE,
                at.reserved - base,
                ReservedRegion.PAGE_COUNT * Pages.SIZE,
                at.sidecar.start() - base,
                at.sidecar.end() - at.sidecar.start(),
                at.sidecar.entry() - base,
                memory.start() - base,
                at.usedEnd - base,
                bounce ? memory.start() + ParavisorRegions.PERSISTED_BYTES - base : 0,
                bounce ? BOUNCE_BUFFER_BYTES : 0,
                at.log.start() - base,
                at.log.size(),
                at.heap.start() - base,
                at.heap.size(),
                memory.start() - base,
                ParavisorRegions.PERSISTED_BYTES);
    }

    /** Pages set aside for the tables: more than needed, so that they can be built anew after relocation. */
    private long pageTableCount(GpaRange memory) {
        return 5
                + 2 * directories(memory)
                + (isolation.isHardware() ? directories(LOCAL_MAP) : 0)
                + (isolation.type() == Isolation.Type.TDX ? 3 : 0);
    }

    /** Page directories that a range takes, as the reference estimates. */
    private static long directories(GpaRange range) {
        long gib = 1L << 30;
        long endDown = range.end() & -gib;
        long startUp = Pages.up(range.start(), gib);
        if (range.size() < gib) {
            return range.end() > endDown && range.start() < endDown ? 2 : 1;
        }
        return (range.start() != startUp ? 1 : 0)
                + (endDown > startUp ? (endDown - startUp) / gib : 0)
                + (range.end() > endDown ? 1 : 0);
    }

    private Bytes pageTables(GpaRange memory, long gpa) {
        List<GpaRange> ranges = new ArrayList<>(List.of(memory));
        if (isolation.isHardware()) {
            ranges.add(LOCAL_MAP);
        }
        if (isolation.type() == Isolation.Type.TDX) {
            ranges.add(RESET_PAGE);
        }
        ranges.sort(Comparator.comparingLong(GpaRange::start));
        for (int i = 1; i < ranges.size(); i++) {
            if (ranges.get(i).overlaps(ranges.get(i - 1))) {
                throw new ManifestException(String.format(
                        "VTL2 memory %s overlaps %s, which the page tables of this isolation also map",
                        memory, ranges.get(i).equals(memory) ? ranges.get(i - 1) : ranges.get(i)));
            }
        }
        return PageTableBuilder.build(gpa, isolation.type() == Isolation.Type.SNP ? SNP_ENCRYPTION_BIT : 0, ranges);
    }

    private void importRegisters(Layout at) {
        Registers.importSegments(sink::importRegister, at.gdt, CODE_INDEX);
        sink.importRegister(Registers.emptyTask());
        sink.importRegister(Registers.of(X64Register.CR0, 0x8000_0021L));
        sink.importRegister(Registers.of(X64Register.CR3, at.pageTables.start()));
        sink.importRegister(Registers.of(X64Register.CR4, 0x4_0060));
        sink.importRegister(Registers.of(X64Register.EFER, 0xd00));
        sink.importRegister(Registers.of(X64Register.PAT, Registers.PAT));
        sink.importRegister(Registers.of(X64Register.RSI, at.shimParams - at.shim.start()));
        sink.importRegister(Registers.of(X64Register.RIP, at.shim.entry()));
    }

    private void importSnpPages(long reservedPage) {
        sink.importPages(
                reservedPage + ReservedRegion.SECRETS_PAGE,
                1,
                "underhill-snp-secrets-page",
                Acceptance.SECRETS_PAGE,
                Bytes.EMPTY);
        sink.importPages(
                reservedPage + ReservedRegion.CPUID_PAGE,
                1,
                "underhill-snp-cpuid-page",
                Acceptance.CPUID_PAGE,
                SnpCpuidPage.paravisor());
        sink.importPages(
                reservedPage + ReservedRegion.CPUID_EXTENDED_STATE_PAGE,
                1,
                "underhill-snp-cpuid-extended-state-page",
                Acceptance.CPUID_EXTENDED_STATE_PAGE,
                Bytes.EMPTY);
        sink.setVpContextPage(reservedPage + ReservedRegion.VMSA_PAGE);
    }

    private void importVtl0Config(Vtl0Payload vtl0) {
        MeasuredVtl0Config config = MeasuredVtl0Config.none();
        if (vtl0 instanceof Vtl0Payload.Uefi uefi) {
            importPage(CONTEXT_PAGE * Pages.SIZE, "openhcl-uefi-vp-context", uefi.vpContext());
            // The page count is measured from address 0, although the region starts at 1 MiB.
            config = new MeasuredVtl0Config(
                    MeasuredVtl0Config.MAGIC,
                    MeasuredVtl0Config.SUPPORTS_UEFI | MeasuredVtl0Config.SUPPORTS_PCAT,
                    new PageRegion(UefiLoader.IMAGE_PAGE, UefiLoader.CONFIG_PAGE),
                    new PageRegion(CONTEXT_PAGE, 1),
                    PageRegion.EMPTY,
                    0,
                    PageRegion.EMPTY,
                    0,
                    PageRegion.EMPTY);
        } else if (vtl0 instanceof Vtl0Payload.Linux linux) {
            Bytes text = LinuxLoader.terminated(linux.commandLine());
            importPage(CONTEXT_PAGE * Pages.SIZE, "underhill-vtl0-linux-command-line", text);
            config = new MeasuredVtl0Config(
                    MeasuredVtl0Config.MAGIC,
                    MeasuredVtl0Config.SUPPORTS_LINUX,
                    PageRegion.EMPTY,
                    PageRegion.EMPTY,
                    linux.kernel(),
                    linux.entry(),
                    linux.initrd(),
                    linux.initrdBytes(),
                    new PageRegion(CONTEXT_PAGE, 1));
        }
        importPage(
                MeasuredVtl0Config.X64_PAGE * Pages.SIZE,
                "underhill-measured-config",
                MeasuredVtl0Config.CODEC.toBytes(config));
    }

    private void importPage(long gpa, String tag, Bytes content) {
        sink.importPages(gpa / Pages.SIZE, 1, tag, Acceptance.EXCLUSIVE, content);
    }
}
