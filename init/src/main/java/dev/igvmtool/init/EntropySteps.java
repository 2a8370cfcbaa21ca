package dev.igvmtool.init;

import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.LinuxIoctl;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.linux.Syscall;

/** I11: the host's entropy into the kernel's random pool; credited only if the host is trusted. */
final class EntropySteps {
    private static final String SOURCE = "/proc/device-tree/openhcl/entropy/reg";
    private static final String POOL = "/dev/random";
    private static final int MAX_BYTES = 256;
    /** The argument of the credit request: two 32-bit words, then the bytes. */
    private static final int CONTENT = InitData.BUFFER + 8;

    private EntropySteps() {}

    static void add(StepList steps) {
        steps.step("entropy-open", process -> process.open(SOURCE, OpenFlags.RDONLY))
                .step("entropy-read", process -> {
                    if (process.rawResult() == Errno.ENOENT.result()) {
                        process.cpu().jumpTo("entropy-missing");
                        return;
                    }
                    process.set(Variable.FILE, process.result("failed to open " + SOURCE));
                    process.cpu()
                            .systemCall(Syscall.READ, process.get(Variable.FILE), process.at(CONTENT), MAX_BYTES + 1);
                })
                .step("entropy-close", process -> {
                    process.set(Variable.SIZE, process.result("failed to read " + SOURCE));
                    process.close(process.get(Variable.FILE));
                })
                .step("entropy-check", process -> {
                    if (process.get(Variable.SIZE) > MAX_BYTES) {
                        process.set(Variable.SIZE, MAX_BYTES);
                        process.log(Level.WARNING, "host entropy is longer than 256 bytes, using the first 256");
                    }
                })
                .step("entropy-pool-open", process -> process.open(POOL, OpenFlags.WRONLY))
                .event("I11")
                .step("entropy-mix", process -> {
                    process.set(Variable.FILE, process.result("failed to open " + POOL));
                    long size = process.get(Variable.SIZE);
                    if (process.isConfidential()) {
                        process.cpu().systemCall(Syscall.WRITE, process.get(Variable.FILE), process.at(CONTENT), size);
                        return;
                    }
                    process.cpu().memory().writeU32(process.at(InitData.BUFFER), size * 8);
                    process.cpu().memory().writeU32(process.at(InitData.BUFFER) + 4, size);
                    process.cpu()
                            .systemCall(
                                    Syscall.IOCTL,
                                    process.get(Variable.FILE),
                                    LinuxIoctl.RNDADDENTROPY,
                                    process.at(InitData.BUFFER));
                })
                .step("entropy-pool-close", process -> {
                    process.result("failed to add host entropy");
                    process.close(process.get(Variable.FILE));
                })
                .step("entropy-done", process -> process.cpu().jumpTo(ScriptSteps.FIRST))
                .log("entropy-missing", Level.WARNING, process -> "the device tree has no host entropy");
    }
}
