package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.sidecar.CpuStatus;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.fs.Inode;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.OpenFile;
import dev.igvmtool.kernelstub.state.Processor;
import java.util.Optional;

/** Bringing processors online at the order of a user program: {@code /sys/devices/system/cpu/cpuN/online}. */
public final class Processors {
    /** The step that brings a processor up; it finds the processor through {@link #wanted}. */
    public static final String STEP = "cpu-up";

    private Processors() {}

    static Outcome setOnline(Kernel kernel, int index, String value, int length) {
        boolean online = kernel.processors().get(index).online();
        if (value.equals("1")) {
            return online ? new Outcome.Done(length) : new Outcome.Continue(STEP);
        }
        throw new LinuxError(value.equals("0") ? Errno.EBUSY : Errno.EINVAL, "cpu" + index);
    }

    /** The processor that the system call in progress wants online. */
    public static Processor wanted(Kernel kernel) {
        OpenFile file = Call.of(kernel).file(0);
        if (file.target() instanceof OpenFile.Target.Node node
                && kernel.files().inode(node.inode()) instanceof Inode.PseudoFile pseudo) {
            String digits = pseudo.path().replaceAll(".*/cpu([0-9]+)/online", "$1");
            return kernel.processors().get(Integer.parseInt(digits));
        }
        throw new IllegalStateException("no processor is wanted");
    }

    /** What the system call in progress returns when it is done: all was written. */
    public static long writtenBytes(Kernel kernel) {
        return Call.of(kernel).argument(2);
    }

    /**
     * Asks the sidecar to let a processor go, if it has it.
     *
     * @return true if the processor is free now
     */
    public static boolean takeFromSidecar(Kernel kernel, Processor processor) {
        Optional<ControlPage> found = control(kernel, processor);
        if (found.isEmpty()) {
            return true;
        }
        int index = (int) (processor.index() - found.get().baseCpu());
        Optional<CpuStatus> status = found.get().status(index);
        if (status.filter(CpuStatus.IDLE::equals).isPresent()) {
            found.get().setStatus(index, CpuStatus.REMOVE);
            SidecarDevice.request(kernel, found.get(), index);
            return false;
        }
        return status.filter(CpuStatus.REMOVED::equals).isPresent();
    }

    private static Optional<ControlPage> control(Kernel kernel, Processor processor) {
        for (BootTree.SidecarNode node : SidecarDevice.nodes(kernel)) {
            ControlPage control = SidecarDevice.control(kernel, node);
            if (processor.index() >= control.baseCpu() && processor.index() < control.baseCpu() + control.cpuCount()) {
                return Optional.of(control);
            }
        }
        return Optional.empty();
    }
}
