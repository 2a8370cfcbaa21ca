package dev.igvmtool.abi.arm;

/**
 * Why an exception was taken: {@code ESR_EL1}.
 *
 * @param value bits 26-31 exception class, 25 instruction of 32 bits, 0-24 what depends on the class
 */
public record Syndrome(long value) {
    /** An instruction that does not exist. */
    public static final int UNKNOWN = 0x00;

    /** A fetch of exception level 1 that faults. */
    public static final int INSTRUCTION_ABORT = 0x21;

    /** A data access of exception level 1 that faults. */
    public static final int DATA_ABORT = 0x25;

    /** BRK. */
    public static final int BREAKPOINT = 0x3c;

    /** Of an abort: it was a write. */
    public static final int WRITE = 1 << 6;

    /** Status of an abort, with the level in bits 0 and 1: the address is too large for the tables. */
    public static final int ADDRESS_SIZE = 0x00;

    /** Status of an abort: no valid entry. */
    public static final int TRANSLATION = 0x04;

    /** Status of an abort: the access flag is clear. */
    public static final int ACCESS_FLAG = 0x08;

    /** Status of an abort: the entry does not permit it. */
    public static final int PERMISSION = 0x0c;

    private static final long LONG_INSTRUCTION = 1 << 25;
    private static final int CLASS_SHIFT = 26;

    /** The syndrome of an exception class. */
    public static Syndrome of(int exceptionClass, int specific) {
        return new Syndrome((long) exceptionClass << CLASS_SHIFT | LONG_INSTRUCTION | specific);
    }

    /** Exception class. */
    public int exceptionClass() {
        return (int) (value >>> CLASS_SHIFT) & 0x3f;
    }

    /** What depends on the class. */
    public int specific() {
        return (int) value & 0x1ff_ffff;
    }
}
