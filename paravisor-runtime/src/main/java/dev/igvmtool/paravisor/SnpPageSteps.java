package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.abi.snp.CpuidPage;
import dev.igvmtool.abi.snp.SecretsPage;
import dev.igvmtool.devicetree.binding.BootTree;

/** What the firmware has left for an SNP guest in the reserved range (event P26): CPUID leaves and secrets. */
final class SnpPageSteps {
    static final String FIRST = "map-reserved-range";

    private static final int CPUID_PAGE = 1;
    private static final int SECRETS_PAGE = 3;

    private SnpPageSteps() {}

    /** @param then the step that goes on afterwards */
    static void add(StepList steps, String then) {
        steps.step(FIRST, process -> map(process, then))
                .event("P26", "read-snp-pages", SnpPageSteps::read)
                .step("unmap-reserved-range", SnpPageSteps::unmap)
                .step("reserved-range-unmapped", process -> process.result("unmap the reserved range"));
    }

    private static GpaRange range(ParavisorProcess process) {
        return new Inputs(process)
                .tree().partition().stream()
                        .filter(piece -> piece.type() == MemoryVtlType.VTL2_RESERVED)
                        .map(BootTree.PartitionMemory::range)
                        .filter(piece -> piece.size() > (long) SECRETS_PAGE * DataLayout.PAGE)
                        .findFirst()
                        .orElseThrow(
                                () -> new ParavisorFailure("boot device tree has no reserved range (type 7) for SNP"));
    }

    private static void map(ParavisorProcess process, String then) {
        if (new Inputs(process).rules().hasReservedPages()) {
            GpaRange range = range(process);
            process.mapFixed(DataLayout.RESERVED_GVA, range.size(), process.get(Variable.MEMORY_FILE), range.start());
        } else {
            process.cpu().jumpTo(then);
        }
    }

    private static void read(ParavisorProcess process) {
        process.result("map the reserved range");
        Bytes page = process.cpu().memory().readBytes(gva(CPUID_PAGE), CpuidPage.SIZE);
        long version = process.cpu().memory().readU32(gva(SECRETS_PAGE));
        if (version == 0) {
            throw new ParavisorFailure("secrets page has version 0, expected " + SecretsPage.VERSION);
        }
        process.log(
                "SNP pages: " + CpuidPage.read(page).entries().size() + " CPUID leaves, secrets of version " + version);
    }

    private static void unmap(ParavisorProcess process) {
        process.unmap(DataLayout.RESERVED_GVA, range(process).size());
    }

    private static long gva(int page) {
        return DataLayout.RESERVED_GVA + (long) page * DataLayout.PAGE;
    }
}
