package dev.igvmtool.init;

import dev.igvmtool.abi.linux.Clock;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.x64.Gpr;
import java.util.List;

/** I01 to I07: role, time, standard files, log, banner, arguments. */
final class StartSteps {
    private static final long NANOSECONDS = 1_000_000_000L;

    private StartSteps() {}

    static void add(StepList steps) {
        steps.step(
                        "entry",
                        process ->
                                process.set(Variable.FIRST_STACK, process.cpu().get(Gpr.RSP)))
                .step("select-role", StartSteps::selectRole)
                .event("I01")
                .step("note-time", process -> process.cpu()
                        .systemCall(Syscall.CLOCK_GETTIME, Clock.BOOTTIME, process.at(InitData.BUFFER)))
                .step("keep-time", process -> {
                    process.result("failed to read the clock");
                    long seconds = process.cpu().memory().readU64(process.at(InitData.BUFFER));
                    long rest = process.cpu().memory().readU64(process.at(InitData.BUFFER) + 8);
                    process.set(Variable.START_TIME, seconds * NANOSECONDS + rest);
                });
        standardFile(steps, "I02", "stdin", "/dev/null", OpenFlags.RDONLY, 0);
        standardFile(steps, "I03", "stdout", "/dev/null", OpenFlags.WRONLY, 1);
        standardFile(steps, "I04", "stderr", "/dev/ttyprintk", OpenFlags.WRONLY, 2);
        steps.event("I05")
                .step("log-open", process -> process.open("/dev/kmsg", OpenFlags.WRONLY))
                .step("log-keep", process -> {
                    if (Errno.isError(process.rawResult())) {
                        process.cpu().jumpTo(EndSteps.ABORT);
                        return;
                    }
                    process.set(Variable.LOG_FILE, process.rawResult() + 1);
                    if (process.get(Variable.STDERR_ERROR) == 0) {
                        process.cpu().jumpTo("banner");
                    }
                })
                .log(
                        "stderr-error",
                        Level.ERROR,
                        process -> "failed to open /dev/ttyprintk: "
                                + InitProcess.errorText(process.get(Variable.STDERR_ERROR)))
                .step("stderr-abort", process -> process.cpu().jumpTo(EndSteps.ABORT))
                .event("I06")
                .log(
                        "banner",
                        Level.INFO,
                        process -> "crate underhill_init, revision UNKNOWN_REVISION, branch" + " UNKNOWN_BRANCH")
                .event("I07")
                .step("parse-arguments", process -> {
                    InitArguments arguments = InitArguments.parse(process.arguments());
                    process.set(Variable.REST, arguments.rest());
                    process.set(Variable.SCRIPTS, arguments.scripts().size());
                });
        roles(steps);
    }

    /** One executable has four roles, by the last element of its own name; this image has one of them. */
    private static void selectRole(InitProcess process) {
        List<String> arguments = process.arguments();
        String path = arguments.isEmpty() ? "" : arguments.get(0);
        switch (path.substring(path.lastIndexOf('/') + 1)) {
            case "underhill-init" -> {
                // The next step.
            }
            case "underhill-crash" -> process.cpu().jumpTo("role-crash");
            case "underhill-dump" -> process.cpu().jumpTo("role-dump");
            default -> process.cpu().jumpTo("role-paravisor");
        }
    }

    private static void roles(StepList steps) {
        steps.step("roles-end", process -> process.cpu().jumpTo(MountSteps.FIRST));
        for (String role : List.of("crash", "dump", "paravisor")) {
            steps.step("role-" + role, process -> {
                throw new InitFailure("this image has the role underhill-init only, not " + role);
            });
        }
    }

    /** Opens a file as one of the descriptors 0 to 2; a process that starts with open files closes the double. */
    private static void standardFile(
            StepList steps, String event, String name, String path, int flags, int descriptor) {
        steps.event(event)
                .step(name + "-open", process -> process.cpu()
                        .systemCall(Syscall.OPENAT, OpenFlags.AT_FDCWD, process.put(InitData.PATH, path), flags, 0))
                .step(name + "-dup", process -> {
                    long file = process.rawResult();
                    if (!Errno.isError(file)) {
                        process.set(Variable.FILE, file);
                        process.cpu().systemCall(Syscall.DUP2, file, descriptor);
                    } else if (descriptor == 2) {
                        process.set(Variable.STDERR_ERROR, file);
                        process.cpu().jumpTo(name + "-done");
                    } else {
                        process.cpu().jumpTo(EndSteps.ABORT);
                    }
                })
                .step(name + "-close", process -> {
                    process.result("failed to duplicate " + path);
                    if (process.get(Variable.FILE) != descriptor) {
                        process.close(process.get(Variable.FILE));
                    }
                })
                .step(name + "-done", process -> {});
    }
}
