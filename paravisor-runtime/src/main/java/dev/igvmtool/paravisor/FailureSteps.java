package dev.igvmtool.paravisor;

import dev.igvmtool.abi.linux.Syscall;

/** The end of the process: a last log line, then exit status 1. The first process ends with it, and so the kernel. */
final class FailureSteps {
    /** First step of the end. */
    static final String FATAL = "fatal";

    private static final int STANDARD_ERROR = 2;

    private FailureSteps() {}

    static void add(StepList steps) {
        steps.step(FATAL, FailureSteps::log)
                .step("exit", process -> process.cpu().systemCall(Syscall.EXIT_GROUP, 1))
                .step("exit-again", process -> process.cpu().jumpTo("exit"));
    }

    private static void log(ParavisorProcess process) {
        long log = process.get(Variable.LOG_FILE);
        process.cpu()
                .systemCall(
                        Syscall.WRITE,
                        log >= 0 ? log : STANDARD_ERROR,
                        process.at(DataLayout.LOG),
                        process.get(Variable.FATAL_SIZE));
    }
}
