package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.ModifyVtlProtectionMaskHeader;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.mshv.AddVtl0MemoryArgument;
import dev.igvmtool.abi.mshv.MshvDevices;
import dev.igvmtool.abi.mshv.MshvIoctl;
import dev.igvmtool.paravisor.config.PartitionView;
import java.util.List;
import java.util.Optional;

/** Memory (event P38): VTL2's is taken away from VTL0, VTL0's is mapped and registered; then a self-test. */
final class MemorySteps {
    private static final int PAGE_SHIFT = 12;
    private static final String OPEN_VTL0_MEMORY = "open-vtl0-memory";

    /** Page numbers that fit the input page behind the header. */
    private static final int MAX_PAGES = (DataLayout.PAGE - 16) / Long.BYTES;

    private MemorySteps() {}

    static void add(StepList steps) {
        steps.step("choose-memory-steps", MemorySteps::choose);
        AcceptanceSteps.add(steps, OPEN_VTL0_MEMORY);
        steps.step(
                        "begin-protection",
                        process -> RangeWalk.begin(
                                process, new Inputs(process).view().vtl2Ram()))
                .step("protect-pages", MemorySteps::protectPages)
                .step("pages-protected", MemorySteps::pagesProtected)
                .step("log-protection", MemorySteps::logProtection)
                .step(
                        OPEN_VTL0_MEMORY,
                        process -> process.open(MshvDevices.VTL_LOW, OpenFlags.RDWR | OpenFlags.CLOEXEC, 0))
                .step("begin-vtl0-ranges", MemorySteps::beginVtl0Ranges)
                .step("map-vtl0-range", MemorySteps::mapVtl0Range)
                .step("register-vtl0-range", MemorySteps::registerVtl0Range)
                .step("vtl0-range-registered", MemorySteps::vtl0RangeRegistered)
                .step("pool-range-mapped", MemorySteps::poolRangeMapped)
                .event("P38", "test-vtl0-memory", MemorySteps::testVtl0Memory);
    }

    /** Without isolation VTL2 protects its memory; the isolated have done so, and accept the memory of VTL0. */
    private static void choose(ParavisorProcess process) {
        process.cpu().jumpTo(new Inputs(process).rules().isIsolated() ? AcceptanceSteps.FIRST : "begin-protection");
    }

    private static void protectPages(ParavisorProcess process) {
        Optional<GpaRange> piece = new RangeWalk(process).next(MAX_PAGES);
        if (piece.isEmpty()) {
            process.cpu().jumpTo("log-protection");
            return;
        }
        ByteWriter input = new ByteWriter();
        ModifyVtlProtectionMaskHeader.CODEC.write(
                input, new ModifyVtlProtectionMaskHeader(GpaProtection.NONE, TargetVtl.CURRENT));
        HypercallControl control =
                HypercallControl.rep(HypercallCode.MODIFY_VTL_PROTECTION_MASK, PageList.write(input, piece.get()));
        process.cpu().memory().writeBytes(process.at(DataLayout.INPUT), input.toBytes());
        process.hypercall(control, input.size(), 0);
    }

    private static void pagesProtected(ParavisorProcess process) {
        String what = "protect memory of VTL2";
        new RangeWalk(process).done(process.hypercallSuccess(what).repsDone(), what);
        process.cpu().jumpTo("protect-pages");
    }

    private static void logProtection(ParavisorProcess process) {
        process.log("VTL0 has no access to " + (new RangeWalk(process).bytes() >>> 20) + " MiB of VTL2");
    }

    private static void beginVtl0Ranges(ParavisorProcess process) {
        process.set(Variable.VTL0_MEMORY_FILE, process.result("open " + MshvDevices.VTL_LOW));
        process.set(Variable.INDEX, 0);
    }

    /** Ranges of VTL0, then under isolation by hardware those of the pool, which are seen by their shared aliases. */
    private static void mapVtl0Range(ParavisorProcess process) {
        Inputs inputs = new Inputs(process);
        List<PartitionView.Ram> ranges = inputs.view().vtl0Ram();
        List<GpaRange> pool = inputs.rules().isHardware() ? inputs.view().sharedPool() : List.of();
        int index = process.getInt(Variable.INDEX);
        if (index < ranges.size()) {
            map(process, ranges.get(index).range(), 0);
        } else if (index < ranges.size() + pool.size()) {
            process.cpu().jumpTo("pool-range-mapped");
            map(process, pool.get(index - ranges.size()), MshvIoctl.VTL_LOW_SHARED);
        } else {
            process.cpu().jumpTo("test-vtl0-memory");
        }
    }

    private static void map(ParavisorProcess process, GpaRange range, long alias) {
        process.mapFixed(
                DataLayout.VTL0_GVA + range.start(),
                range.size(),
                process.get(Variable.VTL0_MEMORY_FILE),
                range.start() | alias);
    }

    private static void poolRangeMapped(ParavisorProcess process) {
        process.result("map memory of the pool");
        process.add(Variable.INDEX, 1);
        process.cpu().jumpTo("map-vtl0-range");
    }

    private static void registerVtl0Range(ParavisorProcess process) {
        process.result("map memory of VTL0");
        GpaRange range = new Inputs(process)
                .view()
                .vtl0Ram()
                .get(process.getInt(Variable.INDEX))
                .range();
        // What devices can reach under isolation by hardware are shared pages.
        long alias = new Inputs(process).rules().isHardware() ? AddVtl0MemoryArgument.SHARED : 0;
        process.ioctl(
                process.get(Variable.VTL_FILE),
                MshvIoctl.ADD_VTL0_MEMORY,
                process.argument(
                        AddVtl0MemoryArgument.CODEC,
                        new AddVtl0MemoryArgument(
                                range.start() >>> PAGE_SHIFT | alias, range.end() >>> PAGE_SHIFT | alias)));
    }

    private static void vtl0RangeRegistered(ParavisorProcess process) {
        process.result("register memory of VTL0");
        process.add(Variable.INDEX, 1);
        process.cpu().jumpTo("map-vtl0-range");
    }

    /**
     * The first and last byte of every range can be read: of VTL0's as private memory, of the pool as shared. A page of
     * another kind would end the process.
     */
    private static void testVtl0Memory(ParavisorProcess process) {
        Inputs inputs = new Inputs(process);
        PartitionView view = inputs.view();
        view.vtl0Ram().forEach(ram -> test(process, ram.range()));
        if (inputs.rules().isHardware()) {
            view.sharedPool().forEach(range -> test(process, range));
        }
        process.log("memory self-test passed: " + view.vtl0Ram().size() + " ranges of VTL0, "
                + (view.vtl0RamBytes() >>> 20) + " MiB");
    }

    private static void test(ParavisorProcess process, GpaRange range) {
        process.cpu().memory().readU8(DataLayout.VTL0_GVA + range.start());
        process.cpu().memory().readU8(DataLayout.VTL0_GVA + range.end() - 1);
    }
}
