package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.fs.Device;
import dev.igvmtool.kernelstub.fs.Inode;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.OpenFile;
import dev.igvmtool.kernelstub.state.Task;
import java.util.Optional;

/** {@code read}, {@code write} and {@code lseek}, by what is open. */
final class FileIo {
    /** Most that one call moves; programs go on with the rest. */
    private static final int MAX_TRANSFER = 1 << 20;

    private static final int PIPE_BYTES = 65536;

    private FileIo() {}

    static Outcome read(Call call) {
        OpenFile file = call.file(0);
        if (!file.readable()) {
            throw new LinuxError(Errno.EBADF, file.path());
        }
        int length = (int) Math.min(Math.max(call.argument(2), 0), MAX_TRANSFER);
        call.user().check(call.argument(1), length, true);
        if (file.target() instanceof OpenFile.Target.PipeEnd end) {
            return readPipe(call, end, length);
        }
        if (!(file.target() instanceof OpenFile.Target.Node node)) {
            throw new LinuxError(Errno.EINVAL, file.path());
        }
        Inode inode = call.kernel().files().inode(node.inode());
        if (inode instanceof Inode.DeviceNode device) {
            return DeviceIo.read(call, file, device, length);
        }
        Bytes content;
        if (inode instanceof Inode.RegularFile regular) {
            byte[] buffer = new byte[(int) Math.max(0, Math.min(length, regular.size() - file.position()))];
            call.kernel().data().read(regular, file.position(), buffer, buffer.length);
            content = Bytes.wrap(buffer);
        } else if (inode instanceof Inode.PseudoFile pseudo) {
            content = part(PseudoFiles.read(call.kernel(), pseudo), file.position(), length);
        } else {
            throw new LinuxError(Errno.EISDIR, file.path());
        }
        return deliver(call, file, content);
    }

    /** Gives {@code content} to the caller and moves the position. */
    static Outcome deliver(Call call, OpenFile file, Bytes content) {
        call.user().write(call.argument(1), content);
        call.kernel().openFiles().put(call.fileNumber(0), file.at(file.position() + content.size()));
        return new Outcome.Done(content.size());
    }

    static Outcome write(Call call) {
        OpenFile file = call.file(0);
        if (!file.writable()) {
            throw new LinuxError(Errno.EBADF, file.path());
        }
        int length = (int) Math.min(Math.max(call.argument(2), 0), MAX_TRANSFER);
        Bytes content = call.user().read(call.argument(1), length);
        if (file.target() instanceof OpenFile.Target.PipeEnd end) {
            return writePipe(call, end, content);
        }
        if (!(file.target() instanceof OpenFile.Target.Node node)) {
            throw new LinuxError(Errno.EINVAL, file.path());
        }
        Inode inode = call.kernel().files().inode(node.inode());
        if (inode instanceof Inode.DeviceNode device) {
            DeviceIo.write(call, device, content);
        } else if (inode instanceof Inode.PseudoFile pseudo) {
            return PseudoFiles.write(call.kernel(), pseudo, content.toUtf8(), length);
        } else if (inode instanceof Inode.RegularFile regular) {
            long at = (file.flags() & OpenFlags.APPEND) != 0 ? regular.size() : file.position();
            call.kernel()
                    .files()
                    .replace(node.inode(), call.kernel().data().write(regular, at, content.toByteArray(), length));
            call.kernel().openFiles().put(call.fileNumber(0), file.at(at + length));
        } else {
            throw new LinuxError(Errno.EISDIR, file.path());
        }
        return new Outcome.Done(length);
    }

    static Outcome seek(Call call) {
        OpenFile file = call.file(0);
        if (!(file.target() instanceof OpenFile.Target.Node node)) {
            throw new LinuxError(Errno.ESPIPE, file.path());
        }
        Inode inode = call.kernel().files().inode(node.inode());
        long base =
                switch (call.word(2)) {
                    case 0 -> 0;
                    case 1 -> file.position();
                    case 2 -> inode.size();
                    default -> throw new LinuxError(Errno.EINVAL, file.path());
                };
        long target = base + call.argument(1);
        if (target < 0) {
            throw new LinuxError(Errno.EINVAL, file.path());
        }
        call.kernel().openFiles().put(call.fileNumber(0), file.at(target));
        return new Outcome.Done(target);
    }

    private static Outcome readPipe(Call call, OpenFile.Target.PipeEnd end, int length) {
        Kernel kernel = call.kernel();
        Bytes content = kernel.openFiles().pipe(end.pipe());
        if (content.isEmpty() && length > 0 && kernel.openFiles().hasEnd(end.pipe(), true)) {
            if ((call.file(0).flags() & OpenFlags.NONBLOCK) != 0) {
                throw new LinuxError(Errno.EAGAIN, "pipe");
            }
            return new Outcome.Wait(new Task.Event.Pipe(end.pipe()));
        }
        int count = Math.min(length, content.size());
        call.user().write(call.argument(1), content.slice(0, count));
        kernel.openFiles().putPipe(end.pipe(), content.from(count));
        wake(kernel, end.pipe());
        return new Outcome.Done(count);
    }

    private static Outcome writePipe(Call call, OpenFile.Target.PipeEnd end, Bytes content) {
        Kernel kernel = call.kernel();
        if (!kernel.openFiles().hasEnd(end.pipe(), false)) {
            throw new LinuxError(Errno.EPIPE, "pipe");
        }
        Bytes before = kernel.openFiles().pipe(end.pipe());
        int count = Math.min(content.size(), PIPE_BYTES - before.size());
        if (count == 0 && !content.isEmpty()) {
            return new Outcome.Wait(new Task.Event.Pipe(end.pipe()));
        }
        byte[] all = new byte[before.size() + count];
        before.copyTo(0, all, 0, before.size());
        content.copyTo(0, all, before.size(), count);
        kernel.openFiles().putPipe(end.pipe(), Bytes.wrap(all));
        wake(kernel, end.pipe());
        return new Outcome.Done(count);
    }

    /** Lets those try again that wait for a pipe. */
    static void wake(Kernel kernel, int pipe) {
        kernel.processes().wake(event -> event.equals(new Task.Event.Pipe(pipe)) || event instanceof Task.Event.Poll);
    }

    private static Bytes part(Bytes content, long position, int length) {
        if (position >= content.size()) {
            return Bytes.EMPTY;
        }
        return content.slice((int) position, (int) Math.min(length, content.size() - position));
    }

    /** The device of an open file, if it is one. */
    static Optional<Device> device(Kernel kernel, OpenFile file) {
        if (file.target() instanceof OpenFile.Target.Node node
                && kernel.files().inode(node.inode()) instanceof Inode.DeviceNode device) {
            return Device.of(device);
        }
        return Optional.empty();
    }
}
