package dev.igvmtool.machine.guest;

/**
 * Shape of a program's executable, relative to its image base: read-only and executable pages with the slots, then
 * writable pages (data and bss, all zero in the file).
 *
 * @param linkAddress address for which the executable is linked (virtual and physical)
 * @param entryOffset offset of the first slot
 * @param dataOffset first writable byte, page aligned, past the last slot
 * @param sizeBytes whole image with bss
 */
public record ImageLayout(long linkAddress, long entryOffset, long dataOffset, long sizeBytes) {
    /** Bytes of one slot. */
    public static final int SLOT_BYTES = 16;

    public ImageLayout {
        if (dataOffset % 4096 != 0 || entryOffset < 0 || entryOffset >= dataOffset || sizeBytes < dataOffset) {
            throw new IllegalArgumentException("image layout out of order");
        }
    }

    /** Image base of the running program, from {@link Cpu#origin()}. */
    public long base(Cpu cpu) {
        return cpu.origin() - entryOffset;
    }
}
