package dev.igvmtool.abi.linux;

/**
 * Files of the kernel that the paravisor opens by path, and what it does with each; the kernel offers at least that.
 * The devices of the hypervisor interface are in {@link dev.igvmtool.abi.mshv.MshvDevices}.
 */
public final class KernelFiles {
    /** Write: one record of the kernel log per call, level prefix {@code <6>} allowed. */
    public static final String KMSG = "/dev/kmsg";

    /** Mmap, shared, offset = physical address: reserved pages. */
    public static final String MEM = "/dev/mem";

    /** Lseek to a port number and read or write bytes: IN and OUT of one byte each. */
    public static final String PORT = "/dev/port";

    /** Read: the raw device tree blob that the boot loader left. */
    public static final String FDT = "/sys/firmware/fdt";

    /** Folder of the unpacked device tree: one file of raw bytes for each property. */
    public static final String DEVICE_TREE = "/proc/device-tree";

    /** Read: list of the CPUs that Linux runs, as ranges, {@code 0-3,8}, with a line feed. */
    public static final String CPU_ONLINE = "/sys/devices/system/cpu/online";

    private KernelFiles() {}

    /** Read: 1 if Linux runs a CPU, 0 if not. Write 1: run it. */
    public static String cpuOnline(int cpu) {
        return "/sys/devices/system/cpu/cpu" + cpu + "/online";
    }
}
