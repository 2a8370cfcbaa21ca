package dev.igvmtool.kernelstub.fs;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.linux.CpioHeader;
import dev.igvmtool.abi.linux.FileMode;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.fault.LinuxError;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes files of cpio entries. Parents must be there already; later entries replace earlier ones of the same name. */
final class RootFsWriter implements CpioReader.Sink {
    /** More names than any root file system has; a bound for what hostile archives may make us remember. */
    static final int MAX_ENTRIES = 1 << 17;

    private static final int MAX_LINK_TARGET = 4095;
    private static final int PIECE = 65536;

    private final FileTree tree;
    private final FileData data;
    private final Map<HardLink, Long> hardLinks = new HashMap<>();
    private int entries;

    private record HardLink(long ino, long dev, int type) {}

    RootFsWriter(FileTree tree, FileData data) {
        this.tree = tree;
        this.data = data;
    }

    int entries() {
        return entries;
    }

    @Override
    public void entry(CpioHeader header, String name, InputStream content) throws IOException {
        if (++entries > MAX_ENTRIES) {
            throw new FormatException("archive has more than " + MAX_ENTRIES + " entries");
        }
        try {
            FileTree.Place place = tree.place(name, false);
            if (place.name().equals(".")) {
                return;
            }
            write(header, place, content);
        } catch (LinuxError | KernelPanic e) {
            throw new FormatException("cannot create '" + CpioReader.printable(name) + "': "
                    + CpioReader.printable(String.valueOf(e.getMessage())));
        }
    }

    private void write(CpioHeader header, FileTree.Place place, InputStream content) throws IOException {
        int permissions = header.mode() & FileMode.PERMISSIONS;
        if (header.type() != FileMode.REGULAR && header.type() != FileMode.LINK && header.filesize() != 0) {
            throw new FormatException("mode 0x" + Integer.toHexString(header.mode()) + " cannot have data");
        }
        switch (header.type()) {
            case FileMode.DIRECTORY -> directory(place, permissions);
            case FileMode.REGULAR -> regular(header, place, permissions, content);
            case FileMode.LINK -> replace(place, new Inode.SymbolicLink(target(header, content)));
            case FileMode.CHARACTER, FileMode.BLOCK, FileMode.PIPE, FileMode.SOCKET ->
                replace(place, new Inode.DeviceNode(header.mode(), header.rdevMajor(), header.rdevMinor()));
            default ->
                throw new FormatException("mode 0x" + Integer.toHexString(header.mode()) + " has no known file type");
        }
    }

    private void directory(FileTree.Place place, int permissions) {
        Optional<Inode> existing = place.inode().map(tree::inode);
        if (existing.orElse(null) instanceof Inode.Directory directory) {
            tree.replace(
                    place.inode().orElseThrow(),
                    new Inode.Directory(permissions, directory.parent(), directory.entries()));
            return;
        }
        remove(place);
        tree.addDirectory(free(place), permissions);
    }

    private void regular(CpioHeader header, FileTree.Place place, int permissions, InputStream content)
            throws IOException {
        HardLink key = new HardLink(header.ino(), header.dev(), header.type());
        Long linked = header.nlink() > 1 ? hardLinks.get(key) : null;
        long number;
        if (linked == null) {
            number = replace(place, new Inode.RegularFile(permissions, 0, List.of(), true));
        } else {
            number = linked;
            if (place.inode().isEmpty() || place.inode().get() != number) {
                remove(place);
                tree.link(place, number);
            }
        }
        if (header.nlink() > 1) {
            hardLinks.put(key, number);
        }
        byte[] piece = new byte[(int) Math.min(PIECE, header.filesize())];
        long position = 0;
        while (position < header.filesize()) {
            int count = content.read(piece, 0, (int) Math.min(piece.length, header.filesize() - position));
            if (count < 0) {
                return;
            }
            Inode.RegularFile file = (Inode.RegularFile) tree.inode(number);
            tree.replace(number, data.write(file, position, piece, count));
            position += count;
        }
    }

    /** Link targets are stored with or without a NUL at the end. */
    private static String target(CpioHeader header, InputStream content) throws IOException {
        if (header.filesize() < 1 || header.filesize() > MAX_LINK_TARGET + 1) {
            throw new FormatException(
                    String.format("link target has 0x%x bytes, expected 1 to %d", header.filesize(), MAX_LINK_TARGET));
        }
        String target =
                new String(content.readNBytes((int) header.filesize()), java.nio.charset.StandardCharsets.UTF_8);
        int end = target.indexOf('\0');
        if (end >= 0 && end != target.length() - 1 || end == 0) {
            throw new FormatException("link target is empty or goes on after its NUL");
        }
        return end < 0 ? target : target.substring(0, end);
    }

    private long replace(FileTree.Place place, Inode inode) {
        remove(place);
        return tree.add(free(place), inode);
    }

    private void remove(FileTree.Place place) {
        if (place.inode().isEmpty()) {
            return;
        }
        boolean directory = tree.inode(place.inode().get()) instanceof Inode.Directory;
        long number = tree.unlink(place, directory);
        if (!hardLinks.containsValue(number)) {
            if (tree.inode(number) instanceof Inode.RegularFile file) {
                data.release(file);
            }
            tree.forget(number);
        }
    }

    private static FileTree.Place free(FileTree.Place place) {
        return new FileTree.Place(place.directory(), place.name(), Optional.empty());
    }
}
