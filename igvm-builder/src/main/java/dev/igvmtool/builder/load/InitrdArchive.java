package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.CpioHeader;
import dev.igvmtool.abi.linux.FileMode;
import dev.igvmtool.builder.manifest.InitrdEntry;
import dev.igvmtool.builder.manifest.InitrdEntry.Content;
import dev.igvmtool.builder.manifest.ManifestException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes an initrd as the generator of OpenHCL does: cpio "newc", one inode per entry in the order given, times 0, owner
 * 0, padded to 512 bytes. The same entries and contents give the same bytes everywhere.
 */
public final class InitrdArchive {
    private static final int FIRST_INODE = 721;
    private static final int MAX_NAME_BYTES = 255;
    private static final int MAX_ENTRIES = 1_000_000;
    private static final int BLOCK = 512;
    private static final String WHAT = "initrd";

    /** Is told of every entry, with the file of the user's that its content comes from. */
    @FunctionalInterface
    interface Listener {
        /** @param mode with the type of the entry */
        void added(String name, int mode, Optional<Path> file, Bytes content);
    }

    private final StageImages stages;
    private final Listener listener;
    private final ByteWriter archive = new ByteWriter();
    private final Set<String> directories = new HashSet<>(Set.of(""));
    private final Set<String> links = new HashSet<>();
    private final Set<String> others = new HashSet<>();
    private int entries;

    /** @param stages where the entries that are stage programs come from */
    public InitrdArchive(StageImages stages) {
        this(stages, (name, mode, file, content) -> {});
    }

    InitrdArchive(StageImages stages, Listener listener) {
        this.stages = stages;
        this.listener = listener;
    }

    /** The archive of the entries, in their order. */
    public Bytes write(List<InitrdEntry> list) {
        list.forEach(this::add);
        CpioHeader trailer = new CpioHeader(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, CpioHeader.TRAILER.length() + 1, 0);
        CpioHeader.CODEC.write(archive, trailer);
        archive.bytes(Bytes.utf8(CpioHeader.TRAILER)).u8(0).alignTo(BLOCK);
        return archive.toBytes();
    }

    private void add(InitrdEntry entry) {
        String name = entry.path().substring(1);
        Content content = entry.content();
        if (content instanceof Content.Folder folder) {
            addFolder(name, folder.path(), true);
        } else if (content instanceof Content.File file) {
            Bytes bytes = InputFile.map(file.path(), WHAT);
            addFile(name, entry.mode().orElse(modeOf(file.path())), Optional.of(file.path()), bytes);
        } else if (content instanceof Content.Stage stage) {
            addFile(
                    name,
                    entry.mode().orElse(0755),
                    Optional.empty(),
                    ResourceStore.stage(stages, stage.stage(), WHAT));
        } else if (content instanceof Content.Text text) {
            addFile(name, entry.mode().orElse(0644), Optional.empty(), Bytes.utf8(text.text()));
        } else if (content instanceof Content.Directory) {
            addDirectory(name, entry.mode().orElse(0755));
        } else if (content instanceof Content.Link link) {
            addLink(name, entry.mode().orElse(0755), link.target());
        } else if (content instanceof Content.Device device) {
            checkParent(name);
            others.add(name);
            int type = device.block() ? FileMode.BLOCK : FileMode.CHARACTER;
            Bytes numbers = Bytes.utf8(device.major() + ":" + device.minor());
            listener.added(name, type | entry.mode().orElse(0600), Optional.empty(), numbers);
            write(name, type | entry.mode().orElse(0600), 1, device.major(), device.minor(), Bytes.EMPTY);
        }
    }

    private void addFolder(String name, Path folder, boolean top) {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && !(top && Files.isDirectory(folder))) {
            throw new ManifestException(WHAT + ": " + folder + " is not a folder");
        }
        if (!directories.contains(name)) {
            addDirectory(name, 0755);
        }
        List<Path> children;
        try (Stream<Path> list = Files.list(folder)) {
            children = list.sorted((a, b) -> fileName(a).compareTo(fileName(b))).toList();
        } catch (IOException e) {
            throw new ManifestException(WHAT + ": " + folder + ": cannot be read: " + e.getMessage(), e);
        }
        for (Path child : children) {
            addChild(name.isEmpty() ? fileName(child) : name + "/" + fileName(child), child);
        }
    }

    private void addChild(String name, Path child) {
        try {
            if (Files.isSymbolicLink(child)) {
                addLink(name, 0777, Files.readSymbolicLink(child).toString());
            } else if (Files.isDirectory(child)) {
                addFolder(name, child, false);
            } else {
                addFile(name, modeOf(child), Optional.of(child), InputFile.map(child, WHAT));
            }
        } catch (IOException e) {
            throw new ManifestException(WHAT + ": " + child + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Only what survives any checkout: executable or not. */
    private static int modeOf(Path file) {
        return Files.isExecutable(file) ? 0755 : 0644;
    }

    private static String fileName(Path path) {
        Path name = path.getFileName();
        if (name == null) {
            throw new IllegalArgumentException("a folder lists only children with names");
        }
        return name.toString();
    }

    private void addDirectory(String name, int mode) {
        checkParent(name);
        directories.add(name);
        listener.added(name, FileMode.DIRECTORY | mode, Optional.empty(), Bytes.EMPTY);
        write(name, FileMode.DIRECTORY | mode, 2, 0, 0, Bytes.EMPTY);
    }

    private void addFile(String name, int mode, Optional<Path> file, Bytes content) {
        checkParent(name);
        others.add(name);
        listener.added(name, FileMode.REGULAR | mode, file, content);
        write(name, FileMode.REGULAR | mode, 1, 0, 0, content);
    }

    /** The target carries a NUL that counts in the size. */
    private void addLink(String name, int mode, String target) {
        checkParent(name);
        links.add(name);
        listener.added(name, FileMode.LINK | mode, Optional.empty(), Bytes.utf8(target));
        write(name, FileMode.LINK | mode, 1, 0, 0, Bytes.utf8(target + "\0"));
    }

    /** The kernel makes no folders by itself. What lies behind a link is not known here, and left to it. */
    private void checkParent(String name) {
        int slash = name.lastIndexOf('/');
        String parent = slash < 0 ? "" : name.substring(0, slash);
        for (String ancestor = parent; !ancestor.isEmpty(); ancestor = parentOf(ancestor)) {
            if (links.contains(ancestor)) {
                return;
            }
        }
        if (!directories.contains(parent)) {
            throw new ManifestException(WHAT + ": /" + name + " stands in /" + parent
                    + (others.contains(parent) ? ", which is no folder" : ", which no earlier entry makes"));
        }
    }

    private static String parentOf(String name) {
        int slash = name.lastIndexOf('/');
        return slash < 0 ? "" : name.substring(0, slash);
    }

    private void write(String name, int mode, int links, int major, int minor, Bytes content) {
        int nameBytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (nameBytes > MAX_NAME_BYTES) {
            throw new ManifestException(
                    WHAT + ": name /" + name + " has " + nameBytes + " bytes, expected at most " + MAX_NAME_BYTES);
        }
        if (entries == MAX_ENTRIES) {
            throw new ManifestException(WHAT + ": more than " + MAX_ENTRIES + " entries");
        }
        CpioHeader header = new CpioHeader(
                FIRST_INODE + entries, mode, 0, 0, links, 0, content.size(), 3, 1, major, minor, nameBytes + 1L, 0);
        entries++;
        CpioHeader.CODEC.write(archive, header);
        archive.bytes(Bytes.utf8(name)).u8(0).alignTo(4).bytes(content).alignTo(4);
    }
}
