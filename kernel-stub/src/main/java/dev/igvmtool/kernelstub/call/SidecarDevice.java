package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.mshv.MshvIoctl;
import dev.igvmtool.abi.mshv.SidecarInfo;
import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.sidecar.CpuStatus;
import dev.igvmtool.abi.sidecar.SidecarLimits;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.fs.Inode;
import dev.igvmtool.kernelstub.hv.Interrupts;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.OpenFile;
import dev.igvmtool.kernelstub.state.Task;
import java.util.List;
import java.util.OptionalInt;

/**
 * The driver of the sidecar's nodes, {@code /dev/mshv_vtl_sidecarN}. An open file remembers which VPs it has started: one
 * byte for each VP of the node, 1 while its end was not told yet.
 */
public final class SidecarDevice {
    private static final int BYTES_PER_CPU = SidecarLimits.SHARED_PAGES_PER_VP * SidecarLimits.PAGE_BYTES;

    private SidecarDevice() {}

    /** The nodes of the device tree, in its order. */
    public static List<BootTree.SidecarNode> nodes(Kernel kernel) {
        return kernel.layout().sidecar();
    }

    /** The control page of a node, through the direct map. */
    public static ControlPage control(Kernel kernel, BootTree.SidecarNode node) {
        return new ControlPage(kernel.physical(), node.controlPage());
    }

    private static BootTree.SidecarNode node(Kernel kernel, Inode.DeviceNode device) {
        List<BootTree.SidecarNode> nodes = nodes(kernel);
        if (device.minor() >= nodes.size()) {
            throw new LinuxError(Errno.ENXIO, "sidecar node " + device.minor());
        }
        return nodes.get((int) device.minor());
    }

    static Outcome ioctl(Call call, Inode.DeviceNode device, int request) {
        BootTree.SidecarNode node = node(call.kernel(), device);
        ControlPage control = control(call.kernel(), node);
        return switch (request) {
            case MshvIoctl.SIDECAR_INFO -> {
                call.user()
                        .write(
                                SidecarInfo.CODEC,
                                call.argument(2),
                                new SidecarInfo(control.baseCpu(), control.cpuCount(), BYTES_PER_CPU));
                yield Outcome.SUCCESS;
            }
            case MshvIoctl.SIDECAR_START -> {
                start(call, control);
                yield Outcome.SUCCESS;
            }
            case MshvIoctl.SIDECAR_STOP -> {
                stop(call, control);
                yield Outcome.SUCCESS;
            }
            case MshvIoctl.SIDECAR_RUN -> run(call, control);
            default -> throw new LinuxError(Errno.ENOTTY, "sidecar");
        };
    }

    private static void start(Call call, ControlPage control) {
        int index = index(call, control);
        if (control.status(index).filter(CpuStatus.IDLE::equals).isEmpty()) {
            throw new LinuxError(Errno.EBUSY, "sidecar VP " + call.word(2));
        }
        control.setStatus(index, CpuStatus.RUN);
        mark(call, control, index, 1);
        request(call, control, index);
    }

    private static void stop(Call call, ControlPage control) {
        int index = index(call, control);
        if (control.status(index).filter(CpuStatus.RUN::equals).isPresent()) {
            control.setStatus(index, CpuStatus.STOP);
            request(call, control, index);
        }
    }

    /** Starts and waits: tried again after each notification until the VP is idle. */
    private static Outcome run(Call call, ControlPage control) {
        int index = index(call, control);
        boolean retry = call.process().state() instanceof Task.State.Retrying;
        if (!retry) {
            start(call, control);
        }
        if (control.status(index).filter(CpuStatus.IDLE::equals).isPresent()) {
            mark(call, control, index, 0);
            return Outcome.SUCCESS;
        }
        return new Outcome.Wait(new Task.Event.Sidecar(call.word(2)));
    }

    /** Four bytes: number of one VP whose command was started and has ended. */
    static Outcome read(Call call, OpenFile file, Inode.DeviceNode device, int length) {
        if (length < Integer.BYTES) {
            throw new LinuxError(Errno.EINVAL, file.path());
        }
        int index = finished(call.kernel(), file, device).orElseThrow(() -> new LinuxError(Errno.EAGAIN, file.path()));
        ControlPage control = control(call.kernel(), node(call.kernel(), device));
        mark(call, control, index, 0);
        call.user()
                .write(
                        call.argument(1),
                        new ByteWriter().u32(control.baseCpu() + index).toBytes());
        return new Outcome.Done(Integer.BYTES);
    }

    /** Index in the node of a VP whose end has not been told yet. */
    static OptionalInt finished(Kernel kernel, OpenFile file, Inode.DeviceNode device) {
        ControlPage control = control(kernel, node(kernel, device));
        for (int i = 0; i < file.attachment().size(); i++) {
            if (file.attachment().u8(i) == 1
                    && control.status(i).filter(CpuStatus.IDLE::equals).isPresent()) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    /** The shared pages that a mapping shows. */
    static GpaRange shared(Kernel kernel, Inode.DeviceNode device, long offset, long size) {
        GpaRange shared = node(kernel, device).shared();
        if (offset < 0 || size > shared.size() || offset > shared.size() - size) {
            throw new LinuxError(Errno.EINVAL, "sidecar node " + device.minor());
        }
        return GpaRange.ofSize(shared.start() + offset, size);
    }

    private static int index(Call call, ControlPage control) {
        long index = Integer.toUnsignedLong(call.word(2)) - control.baseCpu();
        if (index < 0 || index >= control.cpuCount() || index >= SidecarLimits.MAX_CONTROL_PAGE_VPS) {
            throw new LinuxError(Errno.EINVAL, "sidecar VP " + call.word(2));
        }
        return (int) index;
    }

    private static void mark(Call call, ControlPage control, int index, int value) {
        OpenFile file = call.file(0);
        byte[] marks = file.attachment()
                .paddedTo(Math.max(file.attachment().size(), (int)
                        Math.min(control.cpuCount(), SidecarLimits.MAX_CONTROL_PAGE_VPS)))
                .toByteArray();
        marks[index] = (byte) value;
        call.kernel().openFiles().put(call.fileNumber(0), file.with(Bytes.wrap(marks)));
    }

    private static void request(Call call, ControlPage control, int index) {
        request(call.kernel(), control, index);
    }

    /** Wakes a VP of the sidecar, so that it looks at its status. */
    static void request(Kernel kernel, ControlPage control, int index) {
        int cpu = (int) control.baseCpu() + index;
        long apicId = kernel.processors().get(cpu).apicId();
        Interrupts.send(kernel.host(), apicId, (int) control.requestVector());
    }
}
