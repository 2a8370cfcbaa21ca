package dev.igvmtool.abi.linux;

/** Flags of {@code open}, and the special directory descriptor of the {@code at} family. */
public final class OpenFlags {
    public static final int RDONLY = 0;
    public static final int WRONLY = 1;
    public static final int RDWR = 2;
    /** Mask of the three above. */
    public static final int ACCESS = 3;

    public static final int CREAT = 0x40;
    public static final int EXCL = 0x80;
    public static final int TRUNC = 0x200;
    public static final int APPEND = 0x400;
    public static final int NONBLOCK = 0x800;
    public static final int DIRECTORY = 0x1_0000;
    public static final int CLOEXEC = 0x8_0000;

    /** Directory descriptor: the working directory. */
    public static final int AT_FDCWD = -100;
    /** Flag of {@code unlinkat}: remove a directory. */
    public static final int AT_REMOVEDIR = 0x200;

    private OpenFlags() {}
}
