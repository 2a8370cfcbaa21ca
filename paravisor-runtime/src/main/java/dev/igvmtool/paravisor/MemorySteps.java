package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.ModifyVtlProtectionMaskHeader;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.mshv.AddVtl0MemoryArgument;
import dev.igvmtool.abi.mshv.MshvDevices;
import dev.igvmtool.abi.mshv.MshvIoctl;
import dev.igvmtool.paravisor.config.PartitionView;
import java.util.List;

/** Memory (event P38): VTL2's is taken away from VTL0, VTL0's is mapped and registered; then a self-test. */
final class MemorySteps {
    private static final int PAGE_SHIFT = 12;

    /** Page numbers that fit the input page behind the header. */
    private static final int MAX_PAGES = (DataLayout.PAGE - 16) / Long.BYTES;

    private MemorySteps() {}

    static void add(StepList steps) {
        steps.step("begin-protection", MemorySteps::beginRanges)
                .step("protect-pages", MemorySteps::protectPages)
                .step("pages-protected", MemorySteps::pagesProtected)
                .step("log-protection", MemorySteps::logProtection)
                .step(
                        "open-vtl0-memory",
                        process -> process.open(MshvDevices.VTL_LOW, OpenFlags.RDWR | OpenFlags.CLOEXEC, 0))
                .step("begin-vtl0-ranges", MemorySteps::beginVtl0Ranges)
                .step("map-vtl0-range", MemorySteps::mapVtl0Range)
                .step("register-vtl0-range", MemorySteps::registerVtl0Range)
                .step("vtl0-range-registered", MemorySteps::vtl0RangeRegistered)
                .event("P38", "test-vtl0-memory", MemorySteps::testVtl0Memory);
    }

    private static void beginRanges(ParavisorProcess process) {
        process.set(Variable.INDEX, 0);
        process.set(Variable.POSITION, 0);
    }

    /** {@link Variable#POSITION} counts the pages of the range that are protected already. */
    private static void protectPages(ParavisorProcess process) {
        List<GpaRange> ranges = new Inputs(process).view().vtl2Ram();
        int index = process.getInt(Variable.INDEX);
        if (index == ranges.size()) {
            process.cpu().jumpTo("log-protection");
            return;
        }
        GpaRange range = ranges.get(index);
        long first = (range.start() >>> PAGE_SHIFT) + process.get(Variable.POSITION);
        int count = (int) Math.min(MAX_PAGES, (range.end() >>> PAGE_SHIFT) - first);
        ByteWriter input = new ByteWriter();
        ModifyVtlProtectionMaskHeader.CODEC.write(
                input, new ModifyVtlProtectionMaskHeader(GpaProtection.NONE, TargetVtl.CURRENT));
        for (int i = 0; i < count; i++) {
            input.u64(first + i);
        }
        process.cpu().memory().writeBytes(process.at(DataLayout.INPUT), input.toBytes());
        process.hypercall(HypercallControl.rep(HypercallCode.MODIFY_VTL_PROTECTION_MASK, count), input.size(), 0);
    }

    private static void pagesProtected(ParavisorProcess process) {
        HypercallResult result = process.hypercallSuccess("protect memory of VTL2");
        process.add(Variable.POSITION, result.repsDone());
        GpaRange range = new Inputs(process).view().vtl2Ram().get(process.getInt(Variable.INDEX));
        if (process.get(Variable.POSITION) >= range.size() >>> PAGE_SHIFT) {
            process.add(Variable.INDEX, 1);
            process.set(Variable.POSITION, 0);
        } else if (result.repsDone() == 0) {
            throw new ParavisorFailure("protect memory of VTL2: the hypercall did nothing");
        }
        process.cpu().jumpTo("protect-pages");
    }

    private static void logProtection(ParavisorProcess process) {
        long bytes = new Inputs(process)
                .view().vtl2Ram().stream().mapToLong(GpaRange::size).sum();
        process.log("VTL0 has no access to " + (bytes >>> 20) + " MiB of VTL2");
    }

    private static void beginVtl0Ranges(ParavisorProcess process) {
        process.set(Variable.VTL0_MEMORY_FILE, process.result("open " + MshvDevices.VTL_LOW));
        beginRanges(process);
    }

    private static void mapVtl0Range(ParavisorProcess process) {
        List<PartitionView.Ram> ranges = new Inputs(process).view().vtl0Ram();
        int index = process.getInt(Variable.INDEX);
        if (index == ranges.size()) {
            process.cpu().jumpTo("test-vtl0-memory");
            return;
        }
        GpaRange range = ranges.get(index).range();
        process.mapFixed(
                DataLayout.VTL0_GVA + range.start(),
                range.size(),
                process.get(Variable.VTL0_MEMORY_FILE),
                range.start());
    }

    private static void registerVtl0Range(ParavisorProcess process) {
        process.result("map memory of VTL0");
        GpaRange range = new Inputs(process)
                .view()
                .vtl0Ram()
                .get(process.getInt(Variable.INDEX))
                .range();
        process.ioctl(
                process.get(Variable.VTL_FILE),
                MshvIoctl.ADD_VTL0_MEMORY,
                process.argument(
                        AddVtl0MemoryArgument.CODEC,
                        new AddVtl0MemoryArgument(range.start() >>> PAGE_SHIFT, range.end() >>> PAGE_SHIFT)));
    }

    private static void vtl0RangeRegistered(ParavisorProcess process) {
        process.result("register memory of VTL0");
        process.add(Variable.INDEX, 1);
        process.cpu().jumpTo("map-vtl0-range");
    }

    /** The first and last byte of every range can be read; a page fault would end the process. */
    private static void testVtl0Memory(ParavisorProcess process) {
        PartitionView view = new Inputs(process).view();
        for (PartitionView.Ram ram : view.vtl0Ram()) {
            process.cpu().memory().readU8(DataLayout.VTL0_GVA + ram.range().start());
            process.cpu().memory().readU8(DataLayout.VTL0_GVA + ram.range().end() - 1);
        }
        process.log("memory self-test passed: " + view.vtl0Ram().size() + " ranges of VTL0, "
                + (view.vtl0RamBytes() >>> 20) + " MiB");
    }
}
