package dev.igvmtool.kernelstub.fs;

import dev.igvmtool.abi.linux.FileMode;
import java.util.Arrays;
import java.util.Optional;

/** Character devices of this kernel, by number. Numbers of the hypervisor's devices are ours: Linux takes free ones. */
public enum Device {
    MEM("mem", 1, 1, 0640),
    NULL("null", 1, 3, 0666),
    PORT("port", 1, 4, 0640),
    ZERO("zero", 1, 5, 0666),
    RANDOM("random", 1, 8, 0666),
    URANDOM("urandom", 1, 9, 0666),
    KMSG("kmsg", 1, 11, 0600),
    CONSOLE("console", 5, 1, 0600),
    TTYPRINTK("ttyprintk", 5, 3, 0600),
    MSHV_VTL_LOW("mshv_vtl_low", 10, 123, 0600),
    MSHV_SINT("mshv_sint", 10, 124, 0600),
    MSHV_HVCALL("mshv_hvcall", 10, 125, 0600),
    MSHV("mshv", 10, 126, 0600),
    /** Minor number = number of the sidecar node. */
    SIDECAR("mshv_vtl_sidecar", 240, 0, 0600);

    private final String nodeName;
    private final long major;
    private final long minor;
    private final int permissions;

    Device(String nodeName, long major, long minor, int permissions) {
        this.nodeName = nodeName;
        this.major = major;
        this.minor = minor;
        this.permissions = permissions;
    }

    /** Name under {@code /dev}; the number of the node follows for {@link #SIDECAR}. */
    public String nodeName() {
        return nodeName;
    }

    /** The node, or the one with a number for {@link #SIDECAR}. */
    public Inode.DeviceNode node(int index) {
        return new Inode.DeviceNode(FileMode.CHARACTER | permissions, major, minor + index);
    }

    /** The device of a node, if this kernel has it. */
    public static Optional<Device> of(Inode.DeviceNode node) {
        if ((node.mode() & FileMode.TYPE) != FileMode.CHARACTER) {
            return Optional.empty();
        }
        return Arrays.stream(values())
                .filter(device -> device.major == node.major() && (device == SIDECAR || device.minor == node.minor()))
                .findFirst();
    }
}
