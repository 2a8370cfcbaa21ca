package dev.igvmtool.kernelstub.fs;

import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.kernelstub.fault.LinuxError;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Works on {@link Files} during one step: finds paths, makes and removes names. Nothing is copied until something
 * changes.
 */
public final class FileTree {
    private static final int MAX_LINKS = 40;
    private static final int MAX_NAME = 255;
    private static final int MAX_PATH = 4096;
    private static final String DOT = ".";
    private static final String DOT_DOT = "..";

    private final Files before;
    private SortedMap<Long, Inode> inodes;
    private SortedMap<Long, Long> mounts;
    private long next;
    private boolean changed;

    /** Starts from {@code files}. */
    public FileTree(Files files) {
        this.before = files;
        this.inodes = files.inodes();
        this.mounts = files.mounts();
        this.next = files.next();
    }

    /** A place in the tree: the directory, the last name, and what is there now. */
    public record Place(long directory, String name, Optional<Long> inode) {}

    /** All files as they are now. */
    public Files files() {
        return changed ? new Files(inodes, mounts, next) : before;
    }

    /** The file with a number. */
    public Inode inode(long number) {
        Inode inode = inodes.get(number);
        if (inode == null) {
            throw new LinuxError(Errno.ENOENT, "inode " + number);
        }
        return inode;
    }

    /** The file at {@code path}, links followed. */
    public long find(String path) {
        return place(path, true).inode().orElseThrow(() -> new LinuxError(Errno.ENOENT, path));
    }

    /**
     * Where {@code path} leads.
     *
     * @param follow true if a symbolic link at the end is followed
     * @throws LinuxError if a directory on the way is missing or is none
     */
    public Place place(String path, boolean follow) {
        if (path.isEmpty() || path.length() >= MAX_PATH) {
            throw new LinuxError(path.isEmpty() ? Errno.ENOENT : Errno.ENAMETOOLONG, path);
        }
        Deque<String> rest = new ArrayDeque<>(Arrays.asList(path.split("/", -1)));
        boolean wantsDirectory = path.endsWith("/");
        long directory = covering(Files.ROOT);
        int links = 0;
        Place place = new Place(directory, DOT, Optional.of(directory));
        while (!rest.isEmpty()) {
            String name = rest.removeFirst();
            if (name.isEmpty() || name.equals(DOT)) {
                continue;
            }
            directory = place.inode().orElseThrow(() -> new LinuxError(Errno.ENOENT, path));
            place = child(directory, name, path);
            Optional<Inode> found = place.inode().map(this::inode);
            boolean last = rest.stream().allMatch(part -> part.isEmpty() || part.equals(DOT));
            if (found.orElse(null) instanceof Inode.SymbolicLink link && (!last || follow || wantsDirectory)) {
                if (++links > MAX_LINKS) {
                    throw new LinuxError(Errno.ELOOP, path);
                }
                String[] target = link.target().split("/", -1);
                for (int i = target.length - 1; i >= 0; i--) {
                    rest.addFirst(target[i]);
                }
                long from = link.target().startsWith("/") ? covering(Files.ROOT) : directory;
                place = new Place(from, DOT, Optional.of(from));
            }
        }
        return place;
    }

    /** Puts {@code inode} under a new number without a name. */
    public long create(Inode inode) {
        change();
        inodes.put(next, inode);
        return next++;
    }

    /** Replaces the file with a number. */
    public void replace(long number, Inode inode) {
        change();
        inodes.put(number, inode);
    }

    /** Gives {@code inode} the name at {@code place}; an earlier file of that name loses it. */
    public void link(Place place, long inode) {
        if (place.name().equals(DOT) || place.name().equals(DOT_DOT)) {
            throw new LinuxError(Errno.EEXIST, place.name());
        }
        replace(place.directory(), directory(place.directory(), place.name()).with(place.name(), inode));
    }

    /** Makes a file at {@code place}, which must be free. */
    public long add(Place place, Inode inode) {
        if (place.inode().isPresent()) {
            throw new LinuxError(Errno.EEXIST, place.name());
        }
        long number = create(inode);
        link(place, number);
        return number;
    }

    /** Makes a directory at {@code place}, which must be free. */
    public long addDirectory(Place place, int permissions) {
        return add(place, new Inode.Directory(permissions, place.directory(), new TreeMap<>()));
    }

    /** Makes a directory below another, or finds it. */
    public long directoryAt(long parent, String name) {
        Place place = child(parent, name, name);
        return place.inode().orElseGet(() -> addDirectory(place, 0555));
    }

    /** The place of a name in a directory. */
    public Place placeBelow(long directory, String name) {
        return child(directory, name, name);
    }

    /** Makes a file below a directory. */
    public long addAt(long parent, String name, Inode inode) {
        return add(child(parent, name, name), inode);
    }

    /**
     * Takes the name at {@code place} away; the file goes when it has no other name and is not open.
     *
     * @param directory true for {@code rmdir}, false for {@code unlink}
     * @return the number that has lost a name
     */
    public long unlink(Place place, boolean directory) {
        long number = place.inode().orElseThrow(() -> new LinuxError(Errno.ENOENT, place.name()));
        Inode inode = inode(number);
        if (inode instanceof Inode.Directory contents) {
            if (!directory) {
                throw new LinuxError(Errno.EISDIR, place.name());
            }
            if (mounts.containsValue(number) || number == Files.ROOT) {
                throw new LinuxError(Errno.EBUSY, place.name());
            }
            if (!contents.entries().isEmpty()) {
                throw new LinuxError(Errno.ENOTEMPTY, place.name());
            }
        } else if (directory) {
            throw new LinuxError(Errno.ENOTDIR, place.name());
        }
        replace(place.directory(), directory(place.directory(), place.name()).without(place.name()));
        return number;
    }

    /** Names that {@code number} has in all directories. */
    public long links(long number) {
        return inodes.values().stream()
                .filter(Inode.Directory.class::isInstance)
                .flatMap(inode -> ((Inode.Directory) inode).entries().values().stream())
                .filter(entry -> entry == number)
                .count();
    }

    /** Forgets a file that has no name. */
    public void forget(long number) {
        change();
        inodes.remove(number);
    }

    /** Covers the directory {@code at} with the tree below {@code root}. */
    public void mount(long at, long root) {
        directory(at, "mount point");
        change();
        mounts.put(at, root);
    }

    /** The directory that user programs see in the place of {@code number}. */
    public long covering(long number) {
        long at = number;
        while (true) {
            Long root = mounts.get(at);
            if (root == null) {
                return at;
            }
            at = root;
        }
    }

    private Place child(long directory, String name, String path) {
        Inode.Directory contents = directory(directory, path);
        if (name.equals(DOT_DOT)) {
            long parent = covering(above(directory));
            return new Place(parent, DOT, Optional.of(parent));
        }
        if (name.length() > MAX_NAME) {
            throw new LinuxError(Errno.ENAMETOOLONG, path);
        }
        Long found = contents.entries().get(name);
        return new Place(directory, name, found == null ? Optional.empty() : Optional.of(covering(found)));
    }

    /** The directory above, through the mount if {@code directory} is the root of one. */
    private long above(long directory) {
        for (Map.Entry<Long, Long> mount : mounts.entrySet()) {
            if (mount.getValue() == directory) {
                return above(mount.getKey());
            }
        }
        return directory(directory, DOT_DOT).parent();
    }

    private Inode.Directory directory(long number, String path) {
        if (inode(number) instanceof Inode.Directory directory) {
            return directory;
        }
        throw new LinuxError(Errno.ENOTDIR, path);
    }

    private void change() {
        if (!changed) {
            inodes = new TreeMap<>(inodes);
            mounts = new TreeMap<>(mounts);
            changed = true;
        }
    }
}
