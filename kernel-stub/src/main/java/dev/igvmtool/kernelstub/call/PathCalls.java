package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.Dirent64;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.linux.Stat;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.fs.Device;
import dev.igvmtool.kernelstub.fs.FileTree;
import dev.igvmtool.kernelstub.fs.Inode;
import dev.igvmtool.kernelstub.fs.SystemTrees;
import dev.igvmtool.kernelstub.process.ProcessEnd;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.OpenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** System calls on paths, directories and descriptors. The working directory is always the root directory. */
final class PathCalls {
    private static final int NOFOLLOW = 0x100;
    private static final int EMPTY_PATH = 0x1000;
    private static final int OWNER_WRITE = 0200;

    private PathCalls() {}

    /** Path of a call of the {@code at} family. */
    private static String path(Call call, int directory, String path) {
        if (path.startsWith("/") || directory == OpenFlags.AT_FDCWD) {
            return path;
        }
        OpenFile base = call.kernel().openFiles().get(call.process().descriptors(), directory);
        return base.path() + "/" + path;
    }

    static Outcome open(Call call) {
        return open(call, call.text(0), call.word(1), call.word(2));
    }

    static Outcome openAt(Call call) {
        return open(call, path(call, call.word(0), call.text(1)), call.word(2), call.word(3));
    }

    private static Outcome open(Call call, String path, int flags, int mode) {
        Kernel kernel = call.kernel();
        FileTree files = kernel.files();
        FileTree.Place place = files.place(path, true);
        boolean create = (flags & OpenFlags.CREAT) != 0;
        if (place.inode().isPresent() && create && (flags & OpenFlags.EXCL) != 0) {
            throw new LinuxError(Errno.EEXIST, path);
        }
        if (place.inode().isEmpty() && !create) {
            throw new LinuxError(Errno.ENOENT, path);
        }
        long number = place.inode().orElseGet(() -> {
            checkWritable(files, place, path);
            return files.add(place, new Inode.RegularFile(mode & 0777, 0, List.of(), true));
        });
        boolean writes = (flags & OpenFlags.ACCESS) != OpenFlags.RDONLY;
        Inode inode = files.inode(number);
        if (inode instanceof Inode.Directory ? writes : (flags & OpenFlags.DIRECTORY) != 0) {
            throw new LinuxError(inode instanceof Inode.Directory ? Errno.EISDIR : Errno.ENOTDIR, path);
        }
        if (inode instanceof Inode.DeviceNode node && Device.of(node).isEmpty()) {
            throw new LinuxError(Errno.ENXIO, path);
        }
        if (inode instanceof Inode.RegularFile file && writes) {
            if (!file.owned()) {
                throw new LinuxError(Errno.EACCES, path);
            }
            if ((flags & OpenFlags.TRUNC) != 0) {
                kernel.data().release(file);
                files.replace(number, new Inode.RegularFile(file.permissions(), 0, List.of(), true));
            }
        }
        OpenFile file = new OpenFile(new OpenFile.Target.Node(number), path, flags);
        return new Outcome.Done(kernel.openFiles().open(call.process().descriptors(), file));
    }

    static Outcome close(Call call) {
        close(call.kernel(), call.process().descriptors(), call.word(0));
        return Outcome.SUCCESS;
    }

    /** Closes a descriptor, and frees what nobody can reach then. */
    static void close(Kernel kernel, int table, int descriptor) {
        kernel.openFiles().close(table, descriptor).ifPresent(file -> ProcessEnd.closed(kernel, file));
    }

    static Outcome dup2(Call call) {
        Kernel kernel = call.kernel();
        int table = call.process().descriptors();
        int number = call.fileNumber(0);
        int target = call.word(1);
        if (target < 0 || target > 4095) {
            throw new LinuxError(Errno.EBADF, "descriptor " + target);
        }
        if (target != call.word(0)) {
            if (kernel.openFiles().table(table).containsKey(target)) {
                close(kernel, table, target);
            }
            kernel.openFiles().set(table, target, number);
        }
        return new Outcome.Done(target);
    }

    static Outcome fstat(Call call) {
        OpenFile file = call.file(0);
        if (!(file.target() instanceof OpenFile.Target.Node node)) {
            call.user().write(Stat.CODEC, call.argument(1), new Stat(0, 1, 0x1180, 0, 0));
            return Outcome.SUCCESS;
        }
        return stat(call, node.inode(), call.argument(1));
    }

    static Outcome fstatAt(Call call) {
        String path = call.text(1);
        int flags = call.word(3);
        if (path.isEmpty() && (flags & EMPTY_PATH) != 0) {
            OpenFile file = call.file(0);
            if (file.target() instanceof OpenFile.Target.Node node) {
                return stat(call, node.inode(), call.argument(2));
            }
        }
        FileTree.Place place = call.kernel().files().place(path(call, call.word(0), path), (flags & NOFOLLOW) == 0);
        long number = place.inode().orElseThrow(() -> new LinuxError(Errno.ENOENT, path));
        return stat(call, number, call.argument(2));
    }

    private static Outcome stat(Call call, long number, long address) {
        Inode inode = call.kernel().files().inode(number);
        long device = inode instanceof Inode.DeviceNode node ? node.major() << 8 | node.minor() : 0;
        call.user().write(Stat.CODEC, address, new Stat(number, 1, inode.mode(), device, inode.size()));
        return Outcome.SUCCESS;
    }

    static Outcome readLink(Call call) {
        String path = call.text(0);
        FileTree.Place place = call.kernel().files().place(path, false);
        Inode inode = call.kernel().files().inode(place.inode().orElseThrow(() -> new LinuxError(Errno.ENOENT, path)));
        if (!(inode instanceof Inode.SymbolicLink link)) {
            throw new LinuxError(Errno.EINVAL, path);
        }
        Bytes target = Bytes.utf8(link.target());
        Bytes part = target.slice(0, (int) Math.max(0, Math.min(target.size(), call.argument(2))));
        call.user().write(call.argument(1), part);
        return new Outcome.Done(part.size());
    }

    static Outcome mkdir(Call call) {
        return mkdir(call, call.text(0), call.word(1));
    }

    static Outcome mkdirAt(Call call) {
        return mkdir(call, path(call, call.word(0), call.text(1)), call.word(2));
    }

    private static Outcome mkdir(Call call, String path, int mode) {
        FileTree.Place place = call.kernel().files().place(path, true);
        if (place.inode().isEmpty()) {
            checkWritable(call.kernel().files(), place, path);
        }
        call.kernel().files().addDirectory(place, mode & 01777);
        return Outcome.SUCCESS;
    }

    static Outcome unlink(Call call) {
        return unlink(call, call.text(0), false);
    }

    static Outcome rmdir(Call call) {
        return unlink(call, call.text(0), true);
    }

    static Outcome unlinkAt(Call call) {
        return unlink(call, path(call, call.word(0), call.text(1)), (call.word(2) & OpenFlags.AT_REMOVEDIR) != 0);
    }

    private static Outcome unlink(Call call, String path, boolean directory) {
        FileTree files = call.kernel().files();
        FileTree.Place place = files.place(path, false);
        checkWritable(files, place, path);
        long number = files.unlink(place, directory);
        if (files.inode(number) instanceof Inode.RegularFile) {
            ProcessEnd.forgetIfUnused(call.kernel(), number);
        } else {
            files.forget(number);
        }
        return Outcome.SUCCESS;
    }

    static Outcome getDents(Call call) {
        OpenFile file = call.file(0);
        if (!(file.target() instanceof OpenFile.Target.Node node)
                || !(call.kernel().files().inode(node.inode()) instanceof Inode.Directory directory)) {
            throw new LinuxError(Errno.ENOTDIR, file.path());
        }
        List<Dirent64> entries = new ArrayList<>();
        entries.add(new Dirent64(node.inode(), 1, Dirent64.DIRECTORY, "."));
        entries.add(new Dirent64(directory.parent(), 2, Dirent64.DIRECTORY, ".."));
        for (Map.Entry<String, Long> entry : directory.entries().entrySet()) {
            int type = Dirent64.typeOf(
                    call.kernel().files().inode(entry.getValue()).mode());
            entries.add(new Dirent64(entry.getValue(), entries.size() + 1, type, entry.getKey()));
        }
        ByteWriter content = new ByteWriter();
        int next = (int) Math.min(file.position(), entries.size());
        while (next < entries.size() && content.size() + entries.get(next).recordLength() <= call.argument(2)) {
            entries.get(next++).write(content);
        }
        if (content.size() == 0 && next < entries.size()) {
            throw new LinuxError(Errno.EINVAL, file.path());
        }
        call.user().write(call.argument(1), content.toBytes());
        call.kernel().openFiles().put(call.fileNumber(0), file.at(next));
        return new Outcome.Done(content.size());
    }

    static Outcome mount(Call call) {
        Kernel kernel = call.kernel();
        String target = call.text(1);
        String type = call.text(2);
        long at = kernel.files().find(target);
        kernel.files().mount(at, SystemTrees.root(kernel.files(), kernel.systemTrees(), type));
        kernel.log(Kernel.DEBUG, String.format("mount %s at %s, flags 0x%x", type, target, call.argument(3)));
        return Outcome.SUCCESS;
    }

    static Outcome pipe(Call call) {
        Kernel kernel = call.kernel();
        int table = call.process().descriptors();
        int pipe = kernel.openFiles().newPipe();
        int flags = call.word(1) & ~OpenFlags.ACCESS;
        int reading =
                kernel.openFiles().open(table, new OpenFile(new OpenFile.Target.PipeEnd(pipe, false), "pipe", flags));
        int writing = kernel.openFiles()
                .open(table, new OpenFile(new OpenFile.Target.PipeEnd(pipe, true), "pipe", flags | OpenFlags.WRONLY));
        call.user()
                .write(
                        call.argument(0),
                        new ByteWriter().u32(reading).u32(writing).toBytes());
        return Outcome.SUCCESS;
    }

    private static void checkWritable(FileTree files, FileTree.Place place, String path) {
        if (files.inode(place.directory()) instanceof Inode.Directory directory
                && (directory.permissions() & OWNER_WRITE) == 0) {
            throw new LinuxError(Errno.EPERM, path);
        }
    }
}
