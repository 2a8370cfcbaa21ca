package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.KernelFiles;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.paravisor.config.ParavisorOption;
import dev.igvmtool.paravisor.config.ParavisorOptions;
import java.util.Optional;

/** The control process (events P01 to P09): log, options, boot times, PID file. */
final class ControlSteps {
    private static final int PID_FILE_MODE = 0644;

    private ControlSteps() {}

    static void add(StepList steps) {
        steps.event("P01", "start", ControlSteps::start)
                .event("P02", "open-log", ControlSteps::openLog)
                .step("log-start", ControlSteps::logStart)
                .event("P03", "read-options", ControlSteps::readOptions)
                .step("open-device-tree", process -> process.open(KernelFiles.FDT, OpenFlags.RDONLY, 0))
                .step("read-device-tree", ControlSteps::readDeviceTree)
                .step("continue-device-tree", ControlSteps::continueDeviceTree)
                .event("P04", "log-boot-times", ControlSteps::logBootTimes)
                .step("get-process-id", ControlSteps::getProcessId)
                .step("open-pid-file", ControlSteps::openPidFile)
                .event("P05", "write-pid-file", ControlSteps::writePidFile)
                .step("close-pid-file", ControlSteps::closePidFile)
                .event("P09", "launch-worker", ControlSteps::launchWorker);
    }

    private static void start(ParavisorProcess entered) {
        ParavisorProcess process = entered.become(0);
        process.set(Variable.INITIAL_STACK, process.cpu().get(Gpr.RSP));
        process.set(Variable.LOG_FILE, -1);
    }

    private static void openLog(ParavisorProcess process) {
        process.open(KernelFiles.KMSG, OpenFlags.WRONLY | OpenFlags.CLOEXEC, 0);
    }

    private static void logStart(ParavisorProcess process) {
        long file = process.rawResult();
        process.set(Variable.LOG_FILE, Errno.isError(file) ? -1 : file); // a missing log is tolerated
        process.log("start: " + String.join(" ", process.arguments()));
    }

    private static void readOptions(ParavisorProcess process) {
        ParavisorOptions options = new Inputs(process).options();
        process.log("options: " + (options.values().isEmpty() ? "none" : options.toString()));
    }

    private static void readDeviceTree(ParavisorProcess process) {
        process.set(Variable.FILE, process.result("open " + KernelFiles.FDT));
        process.set(Variable.FDT_SIZE, 0);
        readFdt(process);
    }

    private static void continueDeviceTree(ParavisorProcess process) {
        long count = process.result("read " + KernelFiles.FDT);
        process.add(Variable.FDT_SIZE, count);
        if (count > 0 && process.get(Variable.FDT_SIZE) < BootTree.CAPACITY_BYTES) {
            process.cpu().jumpTo("continue-device-tree");
            readFdt(process);
        } else {
            process.close(process.get(Variable.FILE));
        }
    }

    private static void readFdt(ParavisorProcess process) {
        long done = process.get(Variable.FDT_SIZE);
        process.cpu()
                .systemCall(
                        Syscall.READ,
                        process.get(Variable.FILE),
                        process.at(DataLayout.FDT) + done,
                        BootTree.CAPACITY_BYTES - done);
    }

    private static void logBootTimes(ParavisorProcess process) {
        BootTree tree = new Inputs(process).tree();
        process.log("boot shim took " + microseconds(tree.bootTime()) + ", of which the sidecar "
                + microseconds(tree.sidecarTime()));
    }

    private static String microseconds(Optional<BootTree.TimeSpan> span) {
        return span.map(time -> (time.end() - time.start()) / 10 + " us").orElse("nothing known");
    }

    private static void getProcessId(ParavisorProcess process) {
        if (pidFile(process).isPresent()) {
            process.cpu().systemCall(Syscall.GETPID);
        } else {
            process.cpu().jumpTo("launch-worker");
        }
    }

    private static void openPidFile(ParavisorProcess process) {
        process.set(Variable.PROCESS_ID, process.result("getpid"));
        int flags = OpenFlags.WRONLY | OpenFlags.CREAT | OpenFlags.TRUNC | OpenFlags.CLOEXEC;
        process.open(pidFile(process).orElse(""), flags, PID_FILE_MODE);
    }

    private static void writePidFile(ParavisorProcess process) {
        process.set(Variable.FILE, process.result("create the PID file"));
        Bytes text = Bytes.utf8(Long.toString(process.get(Variable.PROCESS_ID)));
        process.cpu().memory().writeBytes(process.at(DataLayout.BUFFER), text);
        process.cpu().systemCall(Syscall.WRITE, process.get(Variable.FILE), process.at(DataLayout.BUFFER), text.size());
    }

    private static void closePidFile(ParavisorProcess process) {
        process.result("write the PID file");
        process.close(process.get(Variable.FILE));
    }

    private static void launchWorker(ParavisorProcess process) {
        boolean wait = new Inputs(process).options().flag(ParavisorOption.WAIT_FOR_START);
        process.log("launching the VM worker in this process"
                + (wait ? "; there are no diagnostics either, so it does not wait for them" : ""));
    }

    private static Optional<String> pidFile(ParavisorProcess process) {
        return new Inputs(process).options().text(ParavisorOption.PID_FILE_PATH);
    }
}
