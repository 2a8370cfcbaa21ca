package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.Processor;
import dev.igvmtool.kernelstub.state.Task;
import java.util.Optional;

/** System calls on a thread: where it runs, its thread-local storage, and waiting for another. */
final class ThreadCalls {
    private static final int ARCH_SET_FS = 0x1002;
    private static final int ARCH_GET_FS = 0x1003;

    private ThreadCalls() {}

    static Outcome setAffinity(Call call) {
        Kernel kernel = call.kernel();
        int pid = call.word(0) == 0 ? call.process().pid() : call.word(0);
        Bytes mask = call.user().read(call.argument(2), Math.min(Math.max(call.argument(1), 0), 1024));
        Optional<Processor> target = kernel.processors().stream()
                .filter(Processor::online)
                .filter(cpu -> cpu.index() / 8 < mask.size() && (mask.u8(cpu.index() / 8) >> cpu.index() % 8 & 1) != 0)
                .findFirst();
        int cpu = target.orElseThrow(() -> new LinuxError(Errno.EINVAL, "affinity"))
                .index();
        Task process = kernel.processes().get(pid);
        if (process.cpu() != cpu) {
            kernel.processes().put(process.withCpu(cpu));
        }
        return new Outcome.Yield(0);
    }

    static Outcome getAffinity(Call call) {
        int size = Math.max(8, (call.kernel().processors().size() + 63) / 64 * 8);
        if (call.argument(1) < size) {
            throw new LinuxError(Errno.EINVAL, "affinity");
        }
        byte[] mask = new byte[size];
        for (Processor processor : call.kernel().processors()) {
            if (processor.online()) {
                mask[processor.index() / 8] |= (byte) (1 << processor.index() % 8);
            }
        }
        call.user().write(call.argument(2), Bytes.wrap(mask));
        return new Outcome.Done(size);
    }

    static Outcome archPrctl(Call call) {
        switch (call.word(0)) {
            case ARCH_SET_FS -> {
                if (call.argument(1) < 0 || call.argument(1) >= KernelMap.USER_END) {
                    throw new LinuxError(Errno.EPERM, "FS base");
                }
                call.kernel().cpu().writeMsr(Msr.FS_BASE, call.argument(1));
                call.kernel().processes().put(call.process().withFsBase(call.argument(1)));
            }
            case ARCH_GET_FS ->
                call.user()
                        .write(
                                call.argument(1),
                                new ByteWriter()
                                        .u64(call.kernel().cpu().readMsr(Msr.FS_BASE))
                                        .toBytes());
            default -> throw new LinuxError(Errno.EINVAL, "arch_prctl");
        }
        return Outcome.SUCCESS;
    }

    static Outcome setTidAddress(Call call) {
        call.kernel().processes().put(call.process().withClearTid(call.argument(0)));
        return new Outcome.Done(call.process().pid());
    }

    static Outcome futex(Call call) {
        int operation = call.word(1) & 0x7f;
        long gva = call.argument(0);
        long value = call.user().readU32(gva);
        long gpa = call.user().tables().lookup(gva).orElseThrow().gpa(gva);
        Task.Event event = new Task.Event.Futex(gpa);
        switch (operation) {
            case 0 -> {
                if (value != (call.argument(2) & 0xffff_ffffL)) {
                    if (call.process().state() instanceof Task.State.Retrying) {
                        return Outcome.SUCCESS;
                    }
                    throw new LinuxError(Errno.EAGAIN, "futex");
                }
                if (call.process().state() instanceof Task.State.Retrying) {
                    return Outcome.SUCCESS;
                }
                return new Outcome.Wait(event);
            }
            case 1 -> {
                long waiting = call.kernel().processes().all().stream()
                        .filter(process -> process.state() instanceof Task.State.Waiting waits
                                && waits.event().equals(event))
                        .count();
                call.kernel().processes().wake(event::equals);
                return new Outcome.Done(waiting);
            }
            default -> throw new LinuxError(Errno.ENOSYS, "futex operation " + operation);
        }
    }
}
