package dev.igvmtool.abi.linux;

/** Bits of a file's mode: type and permissions, in {@link Stat} and {@link CpioHeader} alike. */
public final class FileMode {
    /** Mask of the type. */
    public static final int TYPE = 0xf000;

    public static final int PIPE = 0x1000;
    public static final int CHARACTER = 0x2000;
    public static final int DIRECTORY = 0x4000;
    public static final int BLOCK = 0x6000;
    public static final int REGULAR = 0x8000;
    public static final int LINK = 0xa000;
    public static final int SOCKET = 0xc000;
    /** Mask of the permissions, with set-uid, set-gid and sticky. */
    public static final int PERMISSIONS = 0x0fff;

    private FileMode() {}
}
