package dev.igvmtool.init;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.Syscall;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** I12: setup scripts, one after the other; lines {@code NAME=value} of their output become variables. */
final class ScriptSteps {
    static final String FIRST = "scripts";

    private static final String NEXT = "script-next";
    private static final String CHILD = "script-child";
    private static final String LINES = "script-lines";
    private static final String DONE = "scripts-done";
    private static final String SHELL = "/bin/sh";

    private ScriptSteps() {}

    static void add(StepList steps) {
        steps.event("I12")
                .step(FIRST, process -> process.set(Variable.SCRIPT, 0))
                .step(NEXT, process -> {
                    if (process.get(Variable.SCRIPT) == process.get(Variable.SCRIPTS)) {
                        process.cpu().jumpTo(DONE);
                        return;
                    }
                    process.cpu().systemCall(Syscall.PIPE2, process.at(InitData.BUFFER), 0);
                })
                .step("script-fork", process -> {
                    process.result("failed to create a pipe");
                    process.set(Variable.FILE, process.cpu().memory().readU32(process.at(InitData.BUFFER)));
                    process.set(Variable.FILE_2, process.cpu().memory().readU32(process.at(InitData.BUFFER) + 4));
                    process.set(Variable.SIZE, 0);
                    process.cpu().systemCall(Syscall.FORK);
                })
                .step("script-close-output", process -> {
                    if (process.rawResult() == 0) {
                        process.cpu().jumpTo(CHILD);
                        return;
                    }
                    process.set(Variable.CHILD, process.result("failed to start a setup script"));
                    process.close(process.get(Variable.FILE_2));
                })
                .step("script-read", process -> {
                    long size = process.get(Variable.SIZE);
                    if (size >= InitData.INPUT_BYTES) {
                        throw new InitFailure("output of a setup script is too long");
                    }
                    process.cpu()
                            .systemCall(
                                    Syscall.READ,
                                    process.get(Variable.FILE),
                                    process.at(InitData.INPUT) + size,
                                    InitData.INPUT_BYTES - size);
                })
                .step("script-read-more", process -> {
                    long count = process.result("failed to read the output of a setup script");
                    process.set(Variable.SIZE, process.get(Variable.SIZE) + count);
                    if (count > 0) {
                        process.cpu().jumpTo("script-read");
                    }
                })
                .step("script-close-input", process -> process.close(process.get(Variable.FILE)))
                .step("script-wait", process -> process.cpu()
                        .systemCall(Syscall.WAIT4, process.get(Variable.CHILD), process.at(InitData.BUFFER), 0, 0))
                .step("script-status", process -> {
                    process.result("failed to wait for a setup script");
                    long status = process.cpu().memory().readU32(process.at(InitData.BUFFER));
                    if (status != 0) {
                        throw new InitFailure(String.format("setup script failed, status 0x%x", status));
                    }
                    process.set(Variable.LINE, 0);
                })
                .step(LINES, ScriptSteps::nextLine)
                .step("script-lines-more", process -> process.cpu().jumpTo(LINES))
                .step("script-end", process -> {
                    process.set(Variable.SCRIPT, process.get(Variable.SCRIPT) + 1);
                    process.cpu().jumpTo(NEXT);
                })
                .step(CHILD, process -> process.cpu().systemCall(Syscall.DUP2, process.get(Variable.FILE_2), 1))
                .step("script-child-close-input", process -> process.close(process.get(Variable.FILE)))
                .step("script-child-close-output", process -> process.close(process.get(Variable.FILE_2)))
                .step("script-exec", ScriptSteps::exec)
                .step("script-exec-failed", process -> process.cpu().systemCall(Syscall.EXIT_GROUP, 127))
                .step(DONE, process -> {});
    }

    private static void exec(InitProcess process) {
        int script = (int) process.get(Variable.SCRIPT);
        InitArguments arguments = InitArguments.parse(process.arguments());
        long shell = process.put(InitData.PATH, SHELL);
        long option = process.put(InitData.BUFFER, "-c");
        long text = process.put(InitData.INPUT, arguments.scripts().get(script));
        LaunchSteps.putPointers(process, InitData.ARGUMENTS, List.of(shell, option, text));
        LaunchSteps.putPointers(process, InitData.ENVIRONMENT, process.environmentPointers());
        process.cpu()
                .systemCall(Syscall.EXECVE, shell, process.at(InitData.ARGUMENTS), process.at(InitData.ENVIRONMENT));
    }

    /** Takes the next line that is a variable, and logs it; at the end of the output it goes on with the next script. */
    private static void nextLine(InitProcess process) {
        int size = (int) process.get(Variable.SIZE);
        Bytes output = process.cpu().memory().readBytes(process.at(InitData.INPUT), size);
        for (int at = (int) process.get(Variable.LINE); at < size; ) {
            int end = at;
            while (end < size && output.get(end) != '\n') {
                end++;
            }
            Optional<String> line = utf8(output.slice(at, end - at));
            at = end + 1;
            if (line.filter(text -> text.indexOf('=') > 0).isPresent()) {
                process.set(Variable.LINE, at);
                LaunchSteps.addVariable(process, line.get());
                process.log(Level.INFO, "setup script set " + line.get());
                return;
            }
        }
        process.cpu().jumpTo("script-end");
    }

    private static Optional<String> utf8(Bytes text) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text.toByteArray()))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
