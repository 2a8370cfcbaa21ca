package dev.igvmtool.kernelstub.fs;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.fs.Inode.PseudoFile.Kind;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The file systems that the kernel itself provides: what {@code mount} of type proc, sysfs, devtmpfs and devpts brings.
 */
public final class SystemTrees {
    private static final List<String> PROC_SETTINGS = List.of(
            "sys/kernel/threads-max",
            "sys/kernel/kptr_restrict",
            "sys/kernel/core_pattern",
            "sys/kernel/core_pipe_limit",
            "sys/vm/panic_on_oom",
            "sys/vm/min_free_kbytes",
            "sys/vm/watermark_scale_factor",
            "sys/vm/watermark_boost_factor");
    private static final List<String> PROC_REPORTS =
            List.of("cmdline", "cpuinfo", "filesystems", "meminfo", "mounts", "uptime", "version");
    private static final List<String> SYS_SETTINGS = List.of("kernel/mm/transparent_hugepage/enabled");
    private static final List<String> SYS_COMMANDS =
            List.of("bus/vmbus/drivers/uio_hv_generic/new_id", "bus/pci/drivers/vfio-pci/new_id");

    private SystemTrees() {}

    /** What the trees show of the machine. */
    public record Facts(Bytes deviceTree, GpaRange deviceTreeRange, int processors, int sidecarNodes) {}

    /**
     * Makes the trees that exist once, however often they are mounted.
     *
     * @return root directories, without names, by type of file system
     */
    public static SortedMap<String, Long> create(FileTree files, Facts facts) {
        SortedMap<String, Long> roots = new TreeMap<>();
        roots.put("proc", proc(files, "/proc", facts));
        roots.put("sysfs", sys(files, "/sys", facts));
        roots.put("devtmpfs", dev(files, facts));
        roots.put("devpts", root(files, 0755));
        return roots;
    }

    /**
     * The root directory to mount.
     *
     * @param roots what {@link #create} has made
     * @param type of file system
     */
    public static long root(FileTree files, SortedMap<String, Long> roots, String type) {
        if (type.equals("tmpfs")) {
            return root(files, 0755);
        }
        Long root = roots.get(type);
        if (root == null) {
            throw new LinuxError(Errno.ENODEV, "file system " + type);
        }
        return root;
    }

    private static long proc(FileTree files, String at, Facts facts) {
        long root = root(files, 0555);
        for (String setting : PROC_SETTINGS) {
            pseudo(files, root, at, setting, 0644, Kind.SETTING);
        }
        for (String report : PROC_REPORTS) {
            pseudo(files, root, at, report, 0444, Kind.REPORT);
        }
        long tree = DeviceTreeFs.add(files, facts.deviceTree, facts.deviceTreeRange.start());
        files.replace(tree, ((Inode.Directory) files.inode(tree)).below(root));
        files.link(files.placeBelow(root, "device-tree"), tree);
        return root;
    }

    private static long sys(FileTree files, String at, Facts facts) {
        long root = root(files, 0555);
        for (String setting : SYS_SETTINGS) {
            pseudo(files, root, at, setting, 0644, Kind.SETTING);
        }
        for (String command : SYS_COMMANDS) {
            pseudo(files, root, at, command, 0200, Kind.COMMAND);
        }
        for (int i = 0; i < facts.processors; i++) {
            pseudo(files, root, at, "devices/system/cpu/cpu" + i + "/online", 0644, Kind.CPU_ONLINE);
        }
        pseudo(files, root, at, "devices/system/cpu/online", 0444, Kind.REPORT);
        pseudo(files, root, at, "devices/system/cpu/possible", 0444, Kind.REPORT);
        long firmware = files.directoryAt(root, "firmware");
        files.addAt(
                firmware,
                "fdt",
                new Inode.RegularFile(0400, facts.deviceTreeRange.size(), List.of(facts.deviceTreeRange), false));
        return root;
    }

    private static long dev(FileTree files, Facts facts) {
        long root = root(files, 0755);
        for (Device device : Device.values()) {
            if (device != Device.SIDECAR) {
                files.addAt(root, device.nodeName(), device.node(0));
            }
        }
        for (int i = 0; i < facts.sidecarNodes; i++) {
            files.addAt(root, Device.SIDECAR.nodeName() + i, Device.SIDECAR.node(i));
        }
        return root;
    }

    private static long root(FileTree files, int permissions) {
        return files.create(new Inode.Directory(permissions, Files.ROOT, new TreeMap<>()));
    }

    private static void pseudo(FileTree files, long root, String mountPoint, String path, int permissions, Kind kind) {
        String[] names = path.split("/", -1);
        long directory = root;
        for (int i = 0; i < names.length - 1; i++) {
            directory = files.directoryAt(directory, names[i]);
        }
        files.addAt(
                directory, names[names.length - 1], new Inode.PseudoFile(permissions, kind, mountPoint + "/" + path));
    }
}
