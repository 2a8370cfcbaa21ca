package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.kernelstub.boot.CommandLine;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.process.Exec;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.Task;
import dev.igvmtool.kernelstub.state.UserRegisters;
import java.util.ArrayList;
import java.util.List;

/** The first process: {@code rdinit} with the arguments and the environment of the command line. */
public final class FirstProcess {
    private static final int KERNEL_STACK_PAGES = 4;

    private FirstProcess() {}

    /**
     * Makes process 1 ready to run on processor 0.
     *
     * @throws KernelPanic if there is no such program, or it cannot be executed
     */
    public static void load(Kernel kernel, List<String> environment) {
        CommandLine line = kernel.commandLine();
        String path = line.firstProcess();
        List<String> arguments = new ArrayList<>();
        arguments.add(path);
        arguments.addAll(line.initArguments());
        Exec exec;
        try {
            exec = Exec.load(kernel, path, bytes(arguments), bytes(environment));
        } catch (LinuxError e) {
            throw new KernelPanic("No working init found: " + e.getMessage());
        }
        int pid = kernel.processes().newPid();
        Task process = new Task(
                pid,
                pid,
                0,
                path.substring(path.lastIndexOf('/') + 1),
                0,
                new Task.State.Ready(),
                exec.cr3(),
                kernel.openFiles().newTable(),
                kernel.pages().pages(KERNEL_STACK_PAGES),
                0,
                0,
                0);
        kernel.processes().put(process);
        ProcessCalls.start(UserRegisters.of(kernel.cpu().memory(), process), exec);
        kernel.log(Kernel.INFO, "Run " + path + " as init process");
    }

    private static List<Bytes> bytes(List<String> texts) {
        return texts.stream().map(Bytes::utf8).toList();
    }
}
