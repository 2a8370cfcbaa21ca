package dev.igvmtool.init;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.Dirent64;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.linux.Syscall;
import java.util.Collections;
import java.util.List;

/**
 * I14 and I15: devices for user-mode drivers, then kernel modules in the order of their paths, and their removal. A path
 * in the lists ends with a slash if it is a directory.
 */
final class ModuleSteps {
    private static final String ROOT = "/lib/modules/";
    private static final String NVME_IDS = "ffffffff ffffffff ffffffff ffffffff 010802 ffffff";
    private static final String VFIO_NEW_ID = "/sys/bus/pci/drivers/vfio-pci/new_id";
    private static final String COMMAND_LINE = "/proc/cmdline";
    private static final String NEXT = "module-next";
    private static final String DIRECTORY = "module-directory";
    private static final String REMOVE = "module-remove";

    private ModuleSteps() {}

    static void add(StepList steps) {
        steps.step("vfio", process -> {
                    String value = process.environment("OPENHCL_NVME_VFIO");
                    if (!value.equals("1") && !value.equals("true")) {
                        process.cpu().jumpTo("modules");
                    }
                })
                .event("I14")
                .write("vfio-new-id", VFIO_NEW_ID, process -> NVME_IDS)
                .step("vfio-done", process -> process.result("failed to close " + VFIO_NEW_ID))
                .step("modules", process -> process.open(COMMAND_LINE, OpenFlags.RDONLY))
                .step("modules-command-line", process -> {
                    process.set(Variable.FILE, process.result("failed to open " + COMMAND_LINE));
                    process.cpu()
                            .systemCall(
                                    Syscall.READ,
                                    process.get(Variable.FILE),
                                    process.at(InitData.COMMAND_LINE),
                                    InitData.COMMAND_LINE_BYTES - 1);
                })
                .step("modules-command-line-close", process -> {
                    process.result("failed to read " + COMMAND_LINE);
                    process.close(process.get(Variable.FILE));
                })
                .event("I15")
                .step("modules-start", process -> {
                    process.list(InitData.PENDING).set(List.of(ROOT));
                    process.list(InitData.VISITED).set(List.of());
                });
        walk(steps);
        load(steps);
        directory(steps);
        remove(steps);
    }

    private static void walk(StepList steps) {
        steps.step(NEXT, process -> {
            List<String> pending = process.list(InitData.PENDING).texts();
            if (pending.isEmpty()) {
                process.cpu().jumpTo(REMOVE);
                return;
            }
            String path = process.list(InitData.PENDING).removeLast();
            process.list(InitData.VISITED).add(path);
            if (path.endsWith("/")) {
                process.cpu().jumpTo(DIRECTORY);
            }
        });
    }

    private static String current(InitProcess process) {
        List<String> visited = process.list(InitData.VISITED).texts();
        return visited.get(visited.size() - 1);
    }

    private static void load(StepList steps) {
        steps.log("module-log", Level.INFO, process -> "loading module " + current(process))
                .step("module-open", process -> process.open(current(process), OpenFlags.RDONLY))
                .step("module-load", process -> {
                    process.set(Variable.FILE, process.result("failed to open " + current(process)));
                    String commandLine = process.text(process.at(InitData.COMMAND_LINE));
                    String parameters = ModuleParameters.of(commandLine, ModuleParameters.moduleName(current(process)));
                    long text = process.put(InitData.BUFFER, parameters);
                    process.cpu().systemCall(Syscall.FINIT_MODULE, process.get(Variable.FILE), text, 0);
                })
                .step("module-close", process -> {
                    process.result("failed to load " + current(process));
                    process.close(process.get(Variable.FILE));
                })
                .log("module-loaded", Level.INFO, process -> "loaded module " + current(process))
                .step("module-again", process -> process.cpu().jumpTo(NEXT));
    }

    private static void directory(StepList steps) {
        steps.step(DIRECTORY, process -> process.open(current(process), OpenFlags.RDONLY | OpenFlags.DIRECTORY))
                .step("module-directory-opened", process -> {
                    if (process.rawResult() == Errno.ENOENT.result()
                            && current(process).equals(ROOT)) {
                        // Differs: an image without the folder has no modules, which is no reason to end.
                        process.list(InitData.VISITED).set(List.of());
                        process.cpu().jumpTo(REMOVE);
                        return;
                    }
                    process.set(Variable.FILE, process.result("failed to open " + current(process)));
                    process.list(InitData.NAMES).set(List.of());
                })
                .step("module-directory-read", process -> process.cpu()
                        .systemCall(
                                Syscall.GETDENTS64,
                                process.get(Variable.FILE),
                                process.at(InitData.INPUT),
                                InitData.INPUT_BYTES))
                .step("module-directory-names", process -> {
                    long size = process.result("failed to read " + current(process));
                    if (size > 0) {
                        addNames(process, (int) size);
                        process.cpu().jumpTo("module-directory-read");
                    }
                })
                .step("module-directory-close", process -> process.close(process.get(Variable.FILE)))
                .step("module-directory-sort", process -> {
                    List<String> names = process.list(InitData.NAMES).texts();
                    names.sort(Collections.reverseOrder());
                    List<String> pending = process.list(InitData.PENDING).texts();
                    names.forEach(name -> pending.add(current(process) + name));
                    process.list(InitData.PENDING).set(pending);
                    process.cpu().jumpTo(NEXT);
                });
    }

    /** Files and directories; other kinds are left alone. */
    private static void addNames(InitProcess process, int size) {
        Bytes content = process.cpu().memory().readBytes(process.at(InitData.INPUT), size);
        List<String> names = process.list(InitData.NAMES).texts();
        for (ByteReader reader = new ByteReader(content); reader.remaining() > 0; ) {
            Dirent64 entry = Dirent64.read(reader);
            if (entry.type() == Dirent64.REGULAR) {
                names.add(entry.name());
            } else if (entry.type() == Dirent64.DIRECTORY
                    && !entry.name().equals(".")
                    && !entry.name().equals("..")) {
                names.add(entry.name() + "/");
            }
        }
        process.list(InitData.NAMES).set(names);
    }

    /** In the reverse order of the visit, so that directories are empty when their turn comes. */
    private static void remove(StepList steps) {
        steps.step(REMOVE, process -> {
                    if (process.list(InitData.VISITED).texts().isEmpty()) {
                        process.cpu().jumpTo(LaunchSteps.FIRST);
                        return;
                    }
                    String path = process.list(InitData.VISITED).removeLast();
                    boolean isDirectory = path.endsWith("/");
                    String name = isDirectory ? path.substring(0, path.length() - 1) : path;
                    process.cpu()
                            .systemCall(isDirectory ? Syscall.RMDIR : Syscall.UNLINK, process.put(InitData.PATH, name));
                })
                .step("module-removed", process -> {
                    process.result("failed to remove " + process.text(process.at(InitData.PATH)));
                    process.cpu().jumpTo(REMOVE);
                });
    }
}
