package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.builder.paging.IdentityMap;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.X64Register;
import dev.igvmtool.format.header.ParameterKind;
import java.util.function.Consumer;

/**
 * The parameter pages behind x64 firmware that runs without a paravisor (config type {@code igvm}), described by
 * {@code UEFI_IGVM_PARAMETER_INFO}. {@code vm/loader/src/uefi/mod.rs: load_parameters}.
 */
final class UefiParameterPages {
    /** Page of the tables that show shared memory, on SNP. */
    static final long SHARED_TABLES_PAGE = UefiLoader.CONFIG_PAGE + 1;

    private static final int TABLE_PAGES = 20;
    private static final long NO_VP_CONTEXT_PAGE = 0xfffff;

    private final boolean snp;
    private final int loaderBlock;
    private final int scratch;
    private final int cpuid;
    private final int pageCount;

    /** @param snp true on SNP, where pages for CPUID, shared view and processor state are added */
    UefiParameterPages(boolean snp) {
        this.snp = snp;
        this.loaderBlock = 1 + (snp ? IdentityMap.BIASED_PAGE_COUNT : 0);
        this.scratch = loaderBlock + 2 + 3 * TABLE_PAGES;
        this.cpuid = scratch + TABLE_PAGES;
        this.pageCount = cpuid + (snp ? 2 : 0);
    }

    /**
     * Places the pages.
     *
     * @param sharedBoundary address bit of shared memory, on SNP
     * @return pages of memory to ask for
     */
    long load(ImageSink sink, Consumer<VbsRegister> registers, long sharedBoundary) {
        long base = UefiLoader.CONFIG_PAGE;
        if (snp) {
            registers.accept(Registers.of(X64Register.R12, base * Pages.SIZE));
            sink.importPages(base + cpuid, 1, "uefi-cpuid-page", Acceptance.CPUID_PAGE, SnpCpuidPage.uefi());
            sink.importPages(
                    base + cpuid + 1, 1, "uefi-cpuid-extended-page", Acceptance.CPUID_EXTENDED_STATE_PAGE, Bytes.EMPTY);
            sink.setVpContextPage(base + pageCount);
        }
        sink.importPages(base, 1, "uefi-config-base-page", Acceptance.EXCLUSIVE, parameterInfo());
        sink.importPages(
                base + scratch, TABLE_PAGES, "uefi-memory-map-scratch", Acceptance.EXCLUSIVE_UNMEASURED, Bytes.EMPTY);
        area(sink, base + loaderBlock, 1, "uefi-loader-block", ParameterKind.VP_COUNT);
        area(sink, base + loaderBlock + 1, 1, "uefi-command-line", ParameterKind.COMMAND_LINE);
        area(sink, base + table(0), TABLE_PAGES, "uefi-memory-map", ParameterKind.MEMORY_MAP);
        area(sink, base + table(1), TABLE_PAGES, "uefi-madt", ParameterKind.MADT);
        area(sink, base + table(2), TABLE_PAGES, "uefi-srat", ParameterKind.SRAT);
        if (snp) {
            Bytes tables = IdentityMap.biased(SHARED_TABLES_PAGE * Pages.SIZE, sharedBoundary);
            sink.importPages(
                    SHARED_TABLES_PAGE,
                    IdentityMap.BIASED_PAGE_COUNT,
                    "uefi-igvm-page-tables",
                    Acceptance.EXCLUSIVE,
                    tables);
        }
        return pageCount;
    }

    private static void area(ImageSink sink, long page, int pages, String tag, ParameterKind kind) {
        sink.importParameter(sink.createParameterArea(page, pages, tag), kind);
    }

    private int table(int index) {
        return loaderBlock + 2 + index * TABLE_PAGES;
    }

    /** {@code UEFI_IGVM_PARAMETER_INFO}, 64 bytes. */
    private Bytes parameterInfo() {
        return new ByteWriter()
                .u32(pageCount)
                .u32(snp ? cpuid : 0)
                .u64(snp ? UefiLoader.CONFIG_PAGE + pageCount : NO_VP_CONTEXT_PAGE)
                .u32(loaderBlock)
                .u32(loaderBlock + 1)
                .u32(1)
                .u32(table(0))
                .u32(TABLE_PAGES)
                .u32(table(1))
                .u32(TABLE_PAGES)
                .u32(table(2))
                .u32(TABLE_PAGES)
                .u32(0)
                .u32(scratch)
                .u32(TABLE_PAGES)
                .toBytes();
    }
}
