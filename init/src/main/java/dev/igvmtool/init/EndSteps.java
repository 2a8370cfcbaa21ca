package dev.igvmtool.init;

import dev.igvmtool.abi.linux.Syscall;

/** How the program ends when something fails. */
final class EndSteps {
    static final String ABORT = "abort";

    private static final String FATAL = "fatal";
    private static final String EXIT = "fatal-exit";
    private static final String PREFIX = "fatal: ";
    private static final int SIGABRT = 6;

    private EndSteps() {}

    static void add(StepList steps) {
        steps.step(FATAL, process -> process.cpu()
                        .systemCall(
                                Syscall.WRITE,
                                process.get(Variable.LOG_FILE) - 1,
                                process.at(InitData.LOG),
                                process.get(Variable.SIZE)))
                .step(EXIT, process -> process.cpu().systemCall(Syscall.EXIT_GROUP, 1))
                .step(ABORT, process -> process.cpu().systemCall(Syscall.GETPID))
                .step("abort-signal", process -> process.cpu().systemCall(Syscall.KILL, process.rawResult(), SIGABRT));
    }

    /** Continues with the end; without a log nobody is told. */
    static void fail(InitProcess process, String message) {
        process.set(Variable.SIZE, process.putMessage(Level.ERROR, PREFIX + message));
        process.cpu().jumpTo(process.get(Variable.LOG_FILE) == 0 ? EXIT : FATAL);
    }
}
