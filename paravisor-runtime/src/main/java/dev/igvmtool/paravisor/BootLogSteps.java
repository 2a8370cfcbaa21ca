package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.BootLogBuffer;
import java.util.List;

/** Repeats the boot shim's log, line by line, in the kernel's (event P27). */
final class BootLogSteps {
    static final String FIRST = "map-boot-log";

    private BootLogSteps() {}

    static void add(StepList steps) {
        steps.step(FIRST, BootLogSteps::mapBootLog)
                .event("P27", "begin-boot-log", BootLogSteps::beginBootLog)
                .step("log-boot-line", BootLogSteps::logBootLine)
                .step("unmap-boot-log", BootLogSteps::unmapBootLog);
    }

    private static void mapBootLog(ParavisorProcess process) {
        List<GpaRange> ranges = new Inputs(process).view().bootLog();
        if (ranges.isEmpty()) {
            process.cpu().jumpTo("read-measured-config");
            return;
        }
        GpaRange range = ranges.get(0);
        process.mapFixed(DataLayout.BOOT_LOG_GVA, range.size(), process.get(Variable.MEMORY_FILE), range.start());
    }

    private static void beginBootLog(ParavisorProcess process) {
        process.result("map the boot log");
        process.set(Variable.BOOT_LOG_POSITION, 0);
        int dropped = new BootLogBuffer(process.cpu().memory(), DataLayout.BOOT_LOG_GVA).dropped();
        if (dropped > 0) {
            process.warn("openhcl_boot log: " + dropped + " messages were dropped");
        }
    }

    private static void logBootLine(ParavisorProcess process) {
        GpaRange range = new Inputs(process).view().bootLog().get(0);
        Bytes text = new BootLogBuffer(process.cpu().memory(), DataLayout.BOOT_LOG_GVA).text(range.size());
        int position = process.getInt(Variable.BOOT_LOG_POSITION);
        if (position >= text.size()) {
            return;
        }
        int end = position;
        while (end < text.size() && text.u8(end) != '\n') {
            end++;
        }
        process.set(Variable.BOOT_LOG_POSITION, end + 1L);
        process.cpu().jumpTo("log-boot-line");
        process.log("openhcl_boot log: " + text.slice(position, end - position).toUtf8());
    }

    private static void unmapBootLog(ParavisorProcess process) {
        process.unmap(
                DataLayout.BOOT_LOG_GVA,
                new Inputs(process).view().bootLog().get(0).size());
    }
}
