package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.linux.PollEvents;
import dev.igvmtool.kernelstub.fs.Device;
import dev.igvmtool.kernelstub.fs.Inode;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.OpenFile;
import dev.igvmtool.kernelstub.state.Task;

/** {@code poll}: which of several files can be read or written without waiting. */
final class PollCall {
    private static final int MAX_FILES = 1024;

    private PollCall() {}

    /** Waits for ever or not at all: whoever limits the time is told at once what is ready. */
    static Outcome poll(Call call) {
        int ready = 0;
        long count = Math.min(Math.max(call.argument(1), 0), MAX_FILES);
        for (int i = 0; i < count; i++) {
            long entry = call.argument(0) + (long) i * PollEvents.ENTRY_BYTES;
            int events = events(call, entry);
            call.user()
                    .write(
                            entry + PollEvents.RETURNED,
                            new ByteWriter().u16(events).toBytes());
            ready += events == 0 ? 0 : 1;
        }
        return ready == 0 && call.word(2) < 0 ? new Outcome.Wait(new Task.Event.Poll()) : new Outcome.Done(ready);
    }

    private static int events(Call call, long entry) {
        int descriptor = (int) call.user().readU32(entry);
        if (descriptor < 0) {
            return 0;
        }
        int wanted = (int) call.user().readU32(entry + PollEvents.WANTED) & (PollEvents.IN | PollEvents.OUT);
        OpenFile file = call.kernel().openFiles().get(call.process().descriptors(), descriptor);
        return isReadable(call.kernel(), file) ? wanted : wanted & ~PollEvents.IN;
    }

    private static boolean isReadable(Kernel kernel, OpenFile file) {
        if (file.target() instanceof OpenFile.Target.PipeEnd end) {
            return !kernel.openFiles().pipe(end.pipe()).isEmpty()
                    || !kernel.openFiles().hasEnd(end.pipe(), true);
        }
        if (file.target() instanceof OpenFile.Target.Node node
                && kernel.files().inode(node.inode()) instanceof Inode.DeviceNode device) {
            Device kind = Device.of(device).orElse(Device.NULL);
            if (kind == Device.SIDECAR) {
                return SidecarDevice.finished(kernel, file, device).isPresent();
            }
            if (kind == Device.MSHV_SINT) {
                return SintDevice.hasMessage(kernel);
            }
        }
        return true;
    }
}
