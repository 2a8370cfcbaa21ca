package dev.igvmtool.abi.elf;

/**
 * A name for an address.
 *
 * @param name as in the file; escape it before printing
 * @param value virtual address
 * @param size bytes, 0 if not known
 * @param type {@link #STT_NOTYPE}, {@link #STT_OBJECT}, {@link #STT_FUNC} or another
 */
public record Symbol(String name, long value, long size, int type) {
    /** {@code type}: not said. */
    public static final int STT_NOTYPE = 0;

    /** {@code type}: data. */
    public static final int STT_OBJECT = 1;

    /** {@code type}: code. */
    public static final int STT_FUNC = 2;
}
