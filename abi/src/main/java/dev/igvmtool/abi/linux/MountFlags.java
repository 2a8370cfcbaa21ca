package dev.igvmtool.abi.linux;

/** Flags of {@code mount}. */
public final class MountFlags {
    public static final int NOSUID = 2;
    public static final int NODEV = 4;
    public static final int NOEXEC = 8;
    public static final int RELATIME = 0x20_0000;

    private MountFlags() {}
}
