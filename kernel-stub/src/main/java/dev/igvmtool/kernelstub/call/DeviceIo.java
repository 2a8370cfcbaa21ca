package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.fs.Device;
import dev.igvmtool.kernelstub.fs.Inode;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.KernelLog;
import dev.igvmtool.kernelstub.state.OpenFile;
import dev.igvmtool.kernelstub.state.Task;
import java.util.Optional;

/** Reading and writing of character devices. */
final class DeviceIo {
    private static final int FACILITY_USER = 1;
    private static final int DEFAULT_LEVEL = 4;
    private static final int PORT_COUNT = 0x1_0000;
    private static final String TTY_PREFIX = "[U] ";

    private DeviceIo() {}

    static Outcome read(Call call, OpenFile file, Inode.DeviceNode node, int length) {
        return switch (device(node)) {
            case NULL, TTYPRINTK, CONSOLE -> new Outcome.Done(0);
            case ZERO -> FileIo.deliver(call, file, Bytes.zeros(length));
            case RANDOM, URANDOM -> FileIo.deliver(call, file, call.kernel().random(length));
            case KMSG -> readLog(call, file, length);
            case PORT -> FileIo.deliver(call, file, readPorts(call.kernel(), ports(file, length)));
            case SIDECAR -> SidecarDevice.read(call, file, node, length);
            case MSHV_SINT -> SintDevice.read(call, file, length);
            case MEM, MSHV, MSHV_HVCALL, MSHV_VTL_LOW -> throw new LinuxError(Errno.EINVAL, file.path());
        };
    }

    static void write(Call call, Inode.DeviceNode node, Bytes content) {
        switch (device(node)) {
            case NULL, ZERO -> {
                // Taken and forgotten.
            }
            case RANDOM, URANDOM -> call.kernel().mix(content);
            case KMSG -> writeLog(call.kernel(), content.toUtf8());
            case PORT -> writePorts(call, content);
            case TTYPRINTK, CONSOLE -> {
                for (String line : content.toUtf8().lines().toList()) {
                    call.kernel().log(Kernel.INFO, TTY_PREFIX + line);
                }
            }
            case SIDECAR, MEM, MSHV, MSHV_HVCALL, MSHV_SINT, MSHV_VTL_LOW ->
                throw new LinuxError(Errno.EINVAL, "device");
        }
    }

    /** One record of the log for each call. */
    private static Outcome readLog(Call call, OpenFile file, int length) {
        Kernel kernel = call.kernel();
        Optional<KernelLog.Entry> entry =
                new KernelLog(kernel.physical(), kernel.layout().log()).at(file.position());
        if (entry.isEmpty()) {
            if ((file.flags() & OpenFlags.NONBLOCK) != 0) {
                throw new LinuxError(Errno.EAGAIN, file.path());
            }
            return new Outcome.Wait(new Task.Event.Log());
        }
        Bytes text = entry.get().text();
        if (text.size() > length) {
            throw new LinuxError(Errno.EINVAL, file.path());
        }
        call.user().write(call.argument(1), text);
        kernel.openFiles().put(call.fileNumber(0), file.at(entry.get().next()));
        return new Outcome.Done(text.size());
    }

    /** {@code <N>text}: facility and level in N; without it, facility user. */
    private static void writeLog(Kernel kernel, String text) {
        int facility = FACILITY_USER;
        int level = DEFAULT_LEVEL;
        String rest = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        int end = rest.indexOf('>');
        if (rest.startsWith("<") && end > 1 && end < 6 && rest.substring(1, end).matches("[0-9]+")) {
            int number = Integer.parseInt(rest.substring(1, end));
            facility = number >>> 3 == 0 ? FACILITY_USER : number >>> 3;
            level = number & 7;
            rest = rest.substring(end + 1);
        }
        kernel.log(facility << 3 | level, level, rest);
    }

    /** Ports by position in the file: one IN of a byte each. */
    private static Bytes readPorts(Kernel kernel, GpaRange ports) {
        byte[] content = new byte[(int) ports.size()];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) kernel.host().in((int) ports.start() + i, 1);
        }
        return Bytes.wrap(content);
    }

    /** One OUT of a byte each. */
    private static void writePorts(Call call, Bytes content) {
        OpenFile file = call.file(0);
        GpaRange ports = ports(file, content.size());
        for (int i = 0; i < content.size(); i++) {
            call.kernel().host().out((int) ports.start() + i, 1, content.u8(i));
        }
        call.kernel().openFiles().put(call.fileNumber(0), file.at(ports.end()));
    }

    private static GpaRange ports(OpenFile file, int length) {
        if (file.position() > PORT_COUNT - length) {
            throw new LinuxError(Errno.EINVAL, file.path());
        }
        return GpaRange.ofSize(file.position(), length);
    }

    private static Device device(Inode.DeviceNode node) {
        return Device.of(node).orElseThrow(() -> new LinuxError(Errno.ENXIO, "device"));
    }
}
