package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.hv.PostMessageInput;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.mshv.MshvIoctl;
import dev.igvmtool.abi.mshv.PostMessageArgument;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.hv.Hypercalls;
import dev.igvmtool.kernelstub.hv.Interrupts;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.OpenFile;
import dev.igvmtool.kernelstub.state.Task;
import dev.igvmtool.machine.guest.Cpu;

/**
 * {@code /dev/mshv_sint}: messages of one interrupt source of the boot processor, which the kernel keeps until a user
 * program reads them, one for each read; and messages to connections.
 */
public final class SintDevice {
    /** The source that is left to user programs. */
    private static final int SINT = 7;

    /** Messages wait in a pipe of their own, which no descriptor is an end of. */
    private static final int QUEUE = 0;

    private static final int MAX_QUEUED = 256;
    private static final int SLOT_FLAGS = 5;
    private static final int PENDING = 1;
    private static final long ENABLED = 1;

    private SintDevice() {}

    /** Turns messages on, where the hypervisor has the partition's trust: without isolation. */
    public static void prepare(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        TreeIsolation isolation = BootTree.of(Fdt.parse(kernel.deviceTree())).isolation();
        if (kernel.layout().hypercallPage() != 0 && isolation == TreeIsolation.NONE) {
            long page = kernel.clearedPage();
            cpu.writeMsr(Msr.HV_SIMP, page | ENABLED);
            cpu.writeMsr(Msr.HV_SINT0 + SINT, Interrupts.HYPERVISOR);
            cpu.writeMsr(Msr.HV_SCONTROL, ENABLED);
            kernel.setLayout(kernel.layout().withMessagePage(page));
            kernel.commit();
        }
    }

    /** Takes what is in the slot, and what the hypervisor puts there next. */
    public static void receive(Kernel kernel) {
        long page = kernel.layout().messagePage();
        if (page == 0) {
            return;
        }
        long slot = page + (long) SINT * HvMessage.SIZE;
        while (kernel.physical().readU32(slot) != MessageType.NONE) {
            Bytes message = kernel.physical().readBytes(slot, HvMessage.SIZE);
            kernel.physical().writeU32(slot, MessageType.NONE);
            if ((message.u8(SLOT_FLAGS) & PENDING) != 0) {
                kernel.cpu().writeMsr(Msr.HV_EOM, 0);
            }
            append(kernel, message);
        }
        FileIo.wake(kernel, QUEUE);
    }

    private static void append(Kernel kernel, Bytes message) {
        Bytes before = kernel.openFiles().pipe(QUEUE);
        if (before.size() >= MAX_QUEUED * HvMessage.SIZE) {
            kernel.log(Kernel.WARNING, "mshv_sint: message dropped, nobody reads");
            return;
        }
        byte[] all = new byte[before.size() + HvMessage.SIZE];
        before.copyTo(0, all, 0, before.size());
        message.copyTo(0, all, before.size(), HvMessage.SIZE);
        kernel.openFiles().putPipe(QUEUE, Bytes.wrap(all));
    }

    /** True if {@link #read} need not wait. */
    static boolean hasMessage(Kernel kernel) {
        return !kernel.openFiles().pipe(QUEUE).isEmpty();
    }

    static Outcome read(Call call, OpenFile file, int length) {
        Bytes queue = call.kernel().openFiles().pipe(QUEUE);
        if (length < HvMessage.SIZE) {
            throw new LinuxError(Errno.EINVAL, file.path());
        }
        if (queue.isEmpty()) {
            if ((file.flags() & OpenFlags.NONBLOCK) != 0) {
                throw new LinuxError(Errno.EAGAIN, file.path());
            }
            return new Outcome.Wait(new Task.Event.Pipe(QUEUE));
        }
        call.user().write(call.argument(1), queue.slice(0, HvMessage.SIZE));
        call.kernel().openFiles().putPipe(QUEUE, queue.from(HvMessage.SIZE));
        return new Outcome.Done(HvMessage.SIZE);
    }

    static Outcome ioctl(Call call, int request) {
        if (request != MshvIoctl.SINT_POST_MESSAGE) {
            throw new LinuxError(Errno.ENOTTY, "/dev/mshv_sint");
        }
        PostMessageArgument argument = call.user().read(PostMessageArgument.CODEC, call.argument(2));
        if (argument.size() > HvMessage.MAX_PAYLOAD || call.kernel().layout().hypercallPage() == 0) {
            throw new LinuxError(Errno.EINVAL, "message of " + argument.size() + " bytes");
        }
        Bytes payload = call.user().read(argument.payload(), argument.size());
        PostMessageInput input = new PostMessageInput(
                argument.connection(),
                0,
                (int) argument.type(),
                payload.size(),
                payload.paddedTo(HvMessage.MAX_PAYLOAD));
        HypercallResult result = Hypercalls.call(
                call.kernel(), HypercallControl.of(HypercallCode.POST_MESSAGE), PostMessageInput.CODEC.toBytes(input));
        if (result.status() == HvStatus.INSUFFICIENT_BUFFERS) {
            throw new LinuxError(Errno.EAGAIN, "message to connection " + argument.connection());
        }
        if (!result.isSuccess()) {
            throw new LinuxError(Errno.EINVAL, "message to connection " + argument.connection() + ": " + result);
        }
        return Outcome.SUCCESS;
    }
}
