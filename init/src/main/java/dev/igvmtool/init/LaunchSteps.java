package dev.igvmtool.init;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.Syscall;
import java.util.ArrayList;
import java.util.List;

/** I13 and I16 to I18: environment, limit, the paravisor as a child, reaping. */
final class LaunchSteps {
    static final String FIRST = "limit";

    private static final String PARAVISOR = "/bin/openvmm_hcl";
    private static final String PID_FILE = "/run/underhill.pid";
    private static final int RLIMIT_NOFILE = 7;
    private static final long MAX_FILES = 0x10_0000;
    private static final int MAX_POINTERS = (InitData.ARGUMENTS - InitData.ENVIRONMENT) / 8;
    private static final String CHILD = "paravisor-child";
    private static final String REAP = "reap";

    private LaunchSteps() {}

    /** I13, which comes before the kernel modules. */
    static void addEnvironment(StepList steps) {
        steps.event("I13").step("environment", process -> {
            addVariable(process, "KERNEL_BOOT_TIME=" + process.get(Variable.START_TIME));
            List<Long> variables = new ArrayList<>(process.environmentPointers());
            variables.addAll(addedPointers(process));
            putPointers(process, InitData.ENVIRONMENT, variables);
        });
    }

    static void add(StepList steps) {
        steps.event("I16")
                .step(FIRST, process -> {
                    Bytes limit = new ByteWriter().u64(MAX_FILES).u64(MAX_FILES).toBytes();
                    process.cpu().memory().writeBytes(process.at(InitData.BUFFER), limit);
                    process.cpu().systemCall(Syscall.PRLIMIT64, 0, RLIMIT_NOFILE, process.at(InitData.BUFFER), 0);
                })
                .event("I17")
                .step("paravisor-fork", process -> {
                    process.result("failed to raise the limit of open files");
                    process.cpu().systemCall(Syscall.FORK);
                })
                .step("paravisor-started", process -> {
                    if (process.rawResult() == 0) {
                        process.cpu().jumpTo(CHILD);
                        return;
                    }
                    process.set(Variable.CHILD, process.result("failed to start " + PARAVISOR));
                    process.log(Level.INFO, "started " + PARAVISOR + " as process " + process.get(Variable.CHILD));
                })
                .event("I18")
                .step(REAP, process -> process.cpu().systemCall(Syscall.WAIT4, -1, process.at(InitData.BUFFER), 0, 0))
                .step("reaped", process -> {
                    long pid = process.result("failed to wait for processes");
                    if (pid != process.get(Variable.CHILD)) {
                        process.cpu().jumpTo(REAP);
                        return;
                    }
                    process.log(Level.INFO, String.format("%s has ended, status 0x%x", PARAVISOR, status(process)));
                })
                .step("exit", process -> {
                    long status = status(process);
                    process.cpu().systemCall(Syscall.EXIT_GROUP, (status & 0x7f) != 0 ? 255 : status >>> 8 & 0xff);
                })
                .step(CHILD, LaunchSteps::exec)
                .step(
                        "paravisor-exec-failed",
                        process -> process.log(
                                Level.ERROR,
                                "failed to execute " + PARAVISOR + ": " + InitProcess.errorText(process.rawResult())))
                .step("paravisor-child-exit", process -> process.cpu().systemCall(Syscall.EXIT_GROUP, 1));
    }

    private static long status(InitProcess process) {
        return process.cpu().memory().readU32(process.at(InitData.BUFFER));
    }

    private static void exec(InitProcess process) {
        long path = process.put(InitData.PATH, PARAVISOR);
        List<Long> arguments = new ArrayList<>();
        arguments.add(path);
        arguments.add(process.put(InitData.BUFFER, "--pid"));
        arguments.add(process.put(InitData.BUFFER + 64, PID_FILE));
        long first = process.get(Variable.FIRST_STACK) + 8;
        long count = process.cpu().memory().readU64(process.get(Variable.FIRST_STACK));
        for (long i = process.get(Variable.REST); i < count; i++) {
            arguments.add(process.cpu().memory().readU64(first + i * 8));
        }
        putPointers(process, InitData.ARGUMENTS, arguments);
        process.cpu()
                .systemCall(Syscall.EXECVE, path, process.at(InitData.ARGUMENTS), process.at(InitData.ENVIRONMENT));
    }

    /** Adds a variable to those that the paravisor gets besides ours. */
    static void addVariable(InitProcess process, String variable) {
        long used = process.get(Variable.TEXT_BYTES);
        Bytes text = Bytes.utf8(variable + "\0");
        if (used + text.size() > InitData.ENVIRONMENT - InitData.ENVIRONMENT_TEXTS) {
            throw new InitFailure("setup scripts set too many variables");
        }
        process.cpu().memory().writeBytes(process.at(InitData.ENVIRONMENT_TEXTS) + used, text);
        process.set(Variable.TEXT_BYTES, used + text.size());
        process.set(Variable.ADDED, process.get(Variable.ADDED) + 1);
    }

    private static List<Long> addedPointers(InitProcess process) {
        List<Long> pointers = new ArrayList<>();
        long at = process.at(InitData.ENVIRONMENT_TEXTS);
        for (long i = 0; i < process.get(Variable.ADDED); i++) {
            pointers.add(at);
            at += Bytes.utf8(process.text(at)).size() + 1;
        }
        return pointers;
    }

    /** Puts a list of pointers, ended by 0, at a place of {@link InitData}. */
    static void putPointers(InitProcess process, int offset, List<Long> pointers) {
        if (pointers.size() >= MAX_POINTERS) {
            throw new InitFailure("too many arguments or variables");
        }
        ByteWriter writer = new ByteWriter();
        pointers.forEach(writer::u64);
        process.cpu().memory().writeBytes(process.at(offset), writer.u64(0).toBytes());
    }
}
