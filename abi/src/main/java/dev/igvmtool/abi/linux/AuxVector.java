package dev.igvmtool.abi.linux;

/** Types of the auxiliary vector, the pairs of 64-bit words after the environment on a program's first stack. */
public final class AuxVector {
    /** End of the vector. */
    public static final long AT_NULL = 0;
    /** Address of the program headers. */
    public static final long AT_PHDR = 3;
    /** Bytes of one program header. */
    public static final long AT_PHENT = 4;
    /** Number of program headers. */
    public static final long AT_PHNUM = 5;
    /** Page size. */
    public static final long AT_PAGESZ = 6;
    /** Base of the interpreter, 0 without one. */
    public static final long AT_BASE = 7;
    /** Zero. */
    public static final long AT_FLAGS = 8;
    /** Entry point of the program. */
    public static final long AT_ENTRY = 9;

    public static final long AT_UID = 11;
    public static final long AT_EUID = 12;
    public static final long AT_GID = 13;
    public static final long AT_EGID = 14;
    /** Address of the platform name. */
    public static final long AT_PLATFORM = 15;
    /** CPUID leaf 1, EDX. */
    public static final long AT_HWCAP = 16;
    /** Clock ticks per second. */
    public static final long AT_CLKTCK = 17;
    /** 1 if privileges were raised. */
    public static final long AT_SECURE = 23;
    /** Address of 16 random bytes. */
    public static final long AT_RANDOM = 25;
    /** Address of the file name. */
    public static final long AT_EXECFN = 31;

    private AuxVector() {}
}
