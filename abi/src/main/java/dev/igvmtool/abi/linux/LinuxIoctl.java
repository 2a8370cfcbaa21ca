package dev.igvmtool.abi.linux;

/** Requests of {@code ioctl} that are not the hypervisor's. */
public final class LinuxIoctl {
    /**
     * {@code RNDADDENTROPY} on {@code /dev/random}: mixes bytes in and credits them. Argument: i32 entropy bits, i32
     * byte count, the bytes.
     */
    public static final int RNDADDENTROPY = 0x4008_5203;

    private LinuxIoctl() {}
}
