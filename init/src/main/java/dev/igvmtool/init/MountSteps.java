package dev.igvmtool.init;

import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.MountFlags;
import dev.igvmtool.abi.linux.Syscall;
import java.util.List;
import java.util.function.Function;

/** I08 to I10: file systems and kernel parameters. */
final class MountSteps {
    static final String FIRST = "mount-proc-directory";

    private static final int NOSUID_NOEXEC = MountFlags.NOSUID | MountFlags.NOEXEC | MountFlags.RELATIME;
    private static final int NOSUID_NODEV_NOEXEC = NOSUID_NOEXEC | MountFlags.NODEV;
    private static final String UIO_NEW_ID = "/sys/bus/vmbus/drivers/uio_hv_generic/new_id";

    private record Mount(String name, String source, String target, String type, int flags) {}

    private record Parameter(String name, String path, Function<InitProcess, String> text) {
        Parameter(String name, String path, String text) {
            this(name, path, process -> text);
        }
    }

    private static final List<Mount> MOUNTS = List.of(
            new Mount("proc", "proc", "/proc", "proc", NOSUID_NODEV_NOEXEC),
            new Mount("sys", "sysfs", "/sys", "sysfs", NOSUID_NODEV_NOEXEC),
            new Mount("dev", "dev", "/dev", "devtmpfs", NOSUID_NOEXEC),
            new Mount("devpts", "devpts", "/dev/pts", "devpts", NOSUID_NOEXEC));

    private static final List<Parameter> PARAMETERS = List.of(
            // The default grows with RAM, of which this kernel has little.
            new Parameter("threads-max", "/proc/sys/kernel/threads-max", "32768"),
            new Parameter("kptr-restrict", "/proc/sys/kernel/kptr_restrict", "1"),
            new Parameter("huge-pages", "/sys/kernel/mm/transparent_hugepage/enabled", "madvise"),
            // Guest emulation transport and its log, serial redirector, crash dump: served by user programs.
            new Parameter("uio-get", UIO_NEW_ID, "8dedd1aa-9056-49e4-bfd6-1bf90dc38ef0"),
            new Parameter("uio-serial", UIO_NEW_ID, "8b60ccf6-709f-4c11-90b5-229c959a9e6a"),
            new Parameter("uio-crash", UIO_NEW_ID, "427b03e7-4ceb-4286-b5fc-486f4a1dd439"),
            new Parameter(
                    "core-pattern",
                    "/proc/sys/kernel/core_pattern",
                    process -> process.filtersDiagnostics() ? "" : "|/bin/underhill-crash %p %i %s %e"),
            new Parameter("core-pipe-limit", "/proc/sys/kernel/core_pipe_limit", "1"),
            new Parameter("panic-on-oom", "/proc/sys/vm/panic_on_oom", "1"),
            new Parameter("min-free", "/proc/sys/vm/min_free_kbytes", "1024"),
            new Parameter("watermark-scale", "/proc/sys/vm/watermark_scale_factor", "1"),
            new Parameter("watermark-boost", "/proc/sys/vm/watermark_boost_factor", "0"));

    private MountSteps() {}

    static void add(StepList steps) {
        MOUNTS.forEach(mount -> mount(steps, mount));
        steps.event("I09").log("log-arguments", Level.INFO, process -> "arguments: " + process.arguments());
        PARAMETERS.forEach(parameter -> steps.event("I10").write(parameter.name, parameter.path, parameter.text));
        steps.step("parameters-done", process -> process.result("failed to close a parameter"));
    }

    private static void mount(StepList steps, Mount mount) {
        String name = "mount-" + mount.name;
        steps.step(name + "-directory", process -> process.cpu()
                        .systemCall(Syscall.MKDIR, process.put(InitData.PATH, mount.target), 0777))
                .event("I08")
                .step(name, process -> {
                    if (process.rawResult() != Errno.EEXIST.result()) {
                        process.result("failed to create " + mount.target);
                    }
                    long source = process.put(InitData.BUFFER, mount.source);
                    long type = process.put(InitData.BUFFER + 256, mount.type);
                    long options = process.put(InitData.BUFFER + 512, "");
                    process.cpu()
                            .systemCall(Syscall.MOUNT, source, process.at(InitData.PATH), type, mount.flags, options);
                })
                .step(name + "-done", process -> process.result("failed to mount " + mount.target));
    }
}
