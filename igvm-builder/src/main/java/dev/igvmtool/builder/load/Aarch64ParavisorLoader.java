package dev.igvmtool.builder.load;

import dev.igvmtool.abi.arm.Aarch64Register;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.paravisor.MeasuredVtl0Config;
import dev.igvmtool.abi.paravisor.PageRegion;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.abi.shim.SupportedIsolation;
import dev.igvmtool.builder.manifest.GuestArch;
import dev.igvmtool.builder.manifest.Image;
import dev.igvmtool.builder.paging.Aarch64PageTables;
import java.util.Optional;
import java.util.zip.CRC32;

/** Places OpenHCL for aarch64. {@code vm/loader/src/paravisor.rs: load_openhcl_arm64}. */
final class Aarch64ParavisorLoader {
    private static final long CONTEXT_PAGE = 0x1001;

    private final ImageSink sink;
    private final boolean withVtl2;

    Aarch64ParavisorLoader(ImageSink sink, boolean withVtl2) {
        this.sink = sink;
        this.withVtl2 = withVtl2;
    }

    /** Places everything; the payload for VTL0 is there already. */
    void load(Image.Openhcl image, ParavisorPayload payload, Vtl0Payload vtl0) {
        GpaRange memory = ParavisorRegions.memory(image);
        Bytes commandLine = ParavisorRegions.commandLine(image);
        sink.requireMemory(memory, withVtl2);
        LinuxLoader.Placed kernel = new LinuxLoader(sink)
                .load(
                        GuestArch.AARCH64,
                        payload.kernel(),
                        Optional.of(payload.initrd()),
                        memory.start() + ParavisorRegions.PERSISTED_BYTES);
        long shimOffset = Pages.up(kernel.initrd().end());
        ElfLoader.Placed shim = payload.shim().read(file -> new ElfLoader(sink)
                .load(
                        ElfFiles.read(file, GuestArch.AARCH64),
                        0,
                        shimOffset,
                        Acceptance.EXCLUSIVE,
                        "underhill-boot-shim"));
        long commandLineGpa = shim.end();
        long shimParams = commandLineGpa + Pages.SIZE;
        long parameters = shimParams + Pages.SIZE;
        GpaRange log = GpaRange.ofSize(
                parameters + ParameterRegion.PAGE_COUNT * Pages.SIZE, ParavisorRegions.LOG_PAGES * Pages.SIZE);
        GpaRange heap = GpaRange.ofSize(log.end(), ParavisorRegions.HEAP_PAGES * Pages.SIZE);
        GpaRange tables = GpaRange.ofSize(heap.end(), Aarch64PageTables.OPENHCL_PAGE_COUNT * Pages.SIZE);
        importPage(commandLineGpa, "underhill-command-line", commandLine);
        sink.importRegion(log.start(), log.size(), "ohcl-boot-shim-log-buffer", Acceptance.EXCLUSIVE, Bytes.EMPTY);
        sink.importRegion(heap.start(), heap.size(), "ohcl-boot-shim-heap", Acceptance.EXCLUSIVE, Bytes.EMPTY);
        ParavisorRegions.checkFits(memory, tables.end());

        long base = shim.start();
        ShimParams params = new ShimParams(
                kernel.entry() - base,
                commandLineGpa - base,
                kernel.initrd().start() - base,
                kernel.initrd().size(),
                crc(payload.initrd().content()),
                SupportedIsolation.VBS.value(),
                memory.start() - base,
                memory.size(),
                parameters - base,
                ParameterRegion.PAGE_COUNT * Pages.SIZE,
                0,
                0,
                0,
                0,
                0,
                memory.start() - base,
                tables.end() - base,
                0,
                0,
                log.start() - base,
                log.size(),
                heap.start() - base,
                heap.size(),
                memory.start() - base,
                ParavisorRegions.PERSISTED_BYTES);
        importPage(shimParams, "underhill-shim-params", ShimParams.CODEC.toBytes(params));
        importVtl0Config(vtl0);
        Bytes content = Aarch64PageTables.openhcl(tables.start(), memory);
        if (image.memoryPageBase().isEmpty()) {
            GpaRange region = new GpaRange(memory.start(), heap.end());
            sink.relocatableRegion(
                    region, Pages.LARGE, ParavisorRegions.DEFAULT_BASE, ParavisorRegions.RELOCATION_MAX, true, false);
            sink.pageTableRelocation(tables, content.size());
        }
        sink.importRegion(tables.start(), tables.size(), "underhill-page-tables", Acceptance.EXCLUSIVE, content);
        importRegisters(shimParams - base, shim.entry(), tables.start());
        ParavisorRegions.createParameterAreas(sink, parameters / Pages.SIZE);
        ParavisorRegions.finishParameterRegion(sink, parameters / Pages.SIZE, 0, image);
    }

    private void importRegisters(long shimParamsOffset, long entry, long pageTables) {
        sink.importRegister(Registers.of(Aarch64Register.X0, shimParamsOffset));
        sink.importRegister(Registers.of(Aarch64Register.PC, entry));
        sink.importRegister(Registers.of(Aarch64Register.CPSR, 5));
        sink.importRegister(Registers.of(Aarch64Register.SCTLR_EL1, 0x30d0_1805));
        sink.importRegister(Registers.of(Aarch64Register.TCR_EL1, 0x5_8080_3511L));
        sink.importRegister(Registers.of(Aarch64Register.MAIR_EL1, 0xffbb_4400L));
        sink.importRegister(Registers.of(Aarch64Register.TTBR0_EL1, pageTables));
        sink.importRegister(Registers.of(Aarch64Register.VBAR_EL1, 0));
    }

    /** Nothing is told of a Linux payload on this architecture. */
    private void importVtl0Config(Vtl0Payload vtl0) {
        MeasuredVtl0Config config = MeasuredVtl0Config.none();
        if (vtl0 instanceof Vtl0Payload.Uefi uefi) {
            importPage(CONTEXT_PAGE * Pages.SIZE, "openhcl-uefi-vp-context", uefi.vpContext());
            config = new MeasuredVtl0Config(
                    MeasuredVtl0Config.MAGIC,
                    MeasuredVtl0Config.SUPPORTS_UEFI,
                    new PageRegion(0, Aarch64UefiLoader.PAGE_COUNT),
                    new PageRegion(CONTEXT_PAGE, 1),
                    PageRegion.EMPTY,
                    0,
                    PageRegion.EMPTY,
                    0,
                    PageRegion.EMPTY);
        }
        importPage(
                MeasuredVtl0Config.AARCH64_PAGE * Pages.SIZE,
                "underhill-measured-config",
                MeasuredVtl0Config.CODEC.toBytes(config));
    }

    private static long crc(Bytes content) {
        CRC32 crc = new CRC32();
        crc.update(content.asBuffer());
        return crc.getValue();
    }

    private void importPage(long gpa, String tag, Bytes content) {
        sink.importPages(gpa / Pages.SIZE, 1, tag, Acceptance.EXCLUSIVE, content);
    }
}
