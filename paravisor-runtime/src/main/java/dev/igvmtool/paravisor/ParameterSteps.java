package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.KernelFiles;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.paravisor.MeasuredVtl2Config;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.paravisor.config.PartitionView;
import java.util.List;

/** What the boot shim and the image left for the worker (events P24, P25, P28, P29). */
final class ParameterSteps {
    private static final String ISOLATION_FILE = KernelFiles.DEVICE_TREE + "/openhcl/isolation-type";
    private static final int ISOLATION_BYTES = 16;

    private ParameterSteps() {}

    static void add(StepList steps) {
        steps.event("P24", "read-boot-tree", ParameterSteps::readBootTree)
                .step("open-isolation-type", process -> process.open(ISOLATION_FILE, OpenFlags.RDONLY, 0))
                .step("read-isolation-type", ParameterSteps::readIsolationType)
                .step("check-isolation-type", ParameterSteps::checkIsolationType)
                .step(
                        "open-physical-memory",
                        process -> process.open(KernelFiles.MEM, OpenFlags.RDWR | OpenFlags.CLOEXEC, 0))
                .step("begin-parameter-ranges", ParameterSteps::beginParameterRanges)
                .step("map-parameter-range", ParameterSteps::mapParameterRange)
                .step("parameter-range-mapped", ParameterSteps::parameterRangeMapped)
                .event("P25", "copy-host-tables", ParameterSteps::copyHostTables);
        SnpPageSteps.add(steps, BootLogSteps.FIRST);
        BootLogSteps.add(steps);
        steps.event("P28", "read-measured-config", ParameterSteps::readMeasuredConfig)
                .event("P29", "zero-parameters", ParameterSteps::zeroParameters)
                .step("unmap-parameter-range", ParameterSteps::unmapParameterRange)
                .step("parameter-range-unmapped", ParameterSteps::parameterRangeUnmapped)
                .step("parameters-zeroed", process -> process.log("parameter ranges are zero and unmapped"));
    }

    private static void readBootTree(ParavisorProcess process) {
        BootTree tree = new Inputs(process).tree();
        PartitionView view = PartitionView.of(tree);
        process.log(String.format(
                "boot tree: %d processors, VTL2 memory %s, parameters %s",
                tree.cpus().size(), view.vtl2Ram(), view.config()));
    }

    private static void readIsolationType(ParavisorProcess process) {
        process.set(Variable.FILE, process.result("open " + ISOLATION_FILE));
        process.cpu()
                .systemCall(Syscall.READ, process.get(Variable.FILE), process.at(DataLayout.BUFFER), ISOLATION_BYTES);
    }

    /** The unpacked tree and the raw blob are two views of the same bytes. */
    private static void checkIsolationType(ParavisorProcess process) {
        int count = (int) process.result("read " + ISOLATION_FILE);
        String found = process.read(DataLayout.BUFFER, count).toUtf8();
        String expected = new Inputs(process).tree().isolation().text() + "\0";
        if (!found.equals(expected)) {
            throw new ParavisorFailure(
                    ISOLATION_FILE + " is \"" + found.strip() + "\", the raw tree says " + expected.strip());
        }
        process.close(process.get(Variable.FILE));
    }

    private static void beginParameterRanges(ParavisorProcess process) {
        process.set(Variable.MEMORY_FILE, process.result("open " + KernelFiles.MEM));
        process.set(Variable.INDEX, 0);
    }

    private static void mapParameterRange(ParavisorProcess process) {
        List<GpaRange> ranges = new Inputs(process).view().config();
        int index = process.getInt(Variable.INDEX);
        if (index == ranges.size()) {
            process.cpu().jumpTo("copy-host-tables");
            return;
        }
        GpaRange range = ranges.get(index);
        process.mapFixed(gva(ranges, range), range.size(), process.get(Variable.MEMORY_FILE), range.start());
    }

    private static void parameterRangeMapped(ParavisorProcess process) {
        process.result("map a parameter range");
        process.add(Variable.INDEX, 1);
        process.cpu().jumpTo("map-parameter-range");
    }

    private static void copyHostTables(ParavisorProcess process) {
        int slit = copyTable(process, ParameterRegion.SLIT_PAGE, ParameterRegion.SLIT_PAGE_COUNT, DataLayout.SLIT);
        process.set(Variable.SLIT_SIZE, slit);
        int pptt = copyTable(process, ParameterRegion.PPTT_PAGE, ParameterRegion.PPTT_PAGE_COUNT, DataLayout.PPTT);
        process.set(Variable.PPTT_SIZE, pptt);
        process.log("host tables: SLIT " + bytes(slit) + ", PPTT " + bytes(pptt));
    }

    private static String bytes(int size) {
        return size == 0 ? "absent" : size + " bytes";
    }

    /** The length is in the ACPI header, 0 if the host gave no table. */
    private static int copyTable(ParavisorProcess process, int page, int pageCount, int target) {
        long source = parameterPage(page);
        long length = process.cpu().memory().readU32(source + Integer.BYTES);
        if (length > (long) pageCount * DataLayout.PAGE) {
            throw new ParavisorFailure(String.format(
                    "ACPI table at parameter page %d has 0x%x bytes, at most 0x%x",
                    page, length, pageCount * DataLayout.PAGE));
        }
        Bytes table = process.cpu().memory().readBytes(source, (int) length);
        process.cpu().memory().writeBytes(process.at(target), table);
        return table.size();
    }

    private static void readMeasuredConfig(ParavisorProcess process) {
        MeasuredVtl2Config config = process.cpu()
                .memory()
                .read(MeasuredVtl2Config.CODEC, parameterPage(ParameterRegion.MEASURED_CONFIG_PAGE));
        if (config.magic() != MeasuredVtl2Config.MAGIC) {
            throw new ParavisorFailure(String.format(
                    "magic of the measured VTL2 configuration is 0x%016x, expected 0x%016x",
                    config.magic(), MeasuredVtl2Config.MAGIC));
        }
        if (config.policySize() != 0) {
            throw new ParavisorFailure("measured VTL2 configuration holds a product policy of " + config.policySize()
                    + " bytes, which this paravisor does not know");
        }
        process.set(Variable.VTOM_BIT, config.vtomOffsetBit());
        process.log("measured VTL2 configuration: "
                + (config.vtomOffsetBit() == 0
                        ? "no virtual top of memory"
                        : "virtual top of memory at bit " + config.vtomOffsetBit())
                + ", no product policy");
    }

    private static void zeroParameters(ParavisorProcess process) {
        List<GpaRange> ranges = new Inputs(process).view().config();
        for (GpaRange range : ranges) {
            process.cpu().memory().zero(gva(ranges, range), range.size());
        }
        process.set(Variable.INDEX, 0);
    }

    private static void unmapParameterRange(ParavisorProcess process) {
        List<GpaRange> ranges = new Inputs(process).view().config();
        int index = process.getInt(Variable.INDEX);
        if (index == ranges.size()) {
            process.cpu().jumpTo("parameters-zeroed");
            return;
        }
        process.unmap(gva(ranges, ranges.get(index)), ranges.get(index).size());
    }

    private static void parameterRangeUnmapped(ParavisorProcess process) {
        process.result("unmap a parameter range");
        process.add(Variable.INDEX, 1);
        process.cpu().jumpTo("unmap-parameter-range");
    }

    private static long parameterPage(int page) {
        return DataLayout.PARAMETERS_GVA + (long) page * DataLayout.PAGE;
    }

    private static long gva(List<GpaRange> ranges, GpaRange range) {
        return DataLayout.PARAMETERS_GVA + range.start() - ranges.get(0).start();
    }
}
