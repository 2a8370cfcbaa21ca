package dev.igvmtool.machine.guest;

import dev.igvmtool.abi.binary.Bytes;
import java.util.Optional;

/**
 * One step as it stands in memory: UD2, the ASCII letters {@code STEP}, u16 program, u16 step, six zero bytes. A
 * processor that is not ours raises #UD there.
 *
 * @param program {@link Program#number()}
 * @param step index in {@link Program#steps()}
 */
public record Slot(int program, int step) {
    /** Bytes of a slot. */
    public static final int SIZE = ImageLayout.SLOT_BYTES;

    private static final long MARK = 0x5045_5453_0b0fL;
    private static final long MARK_MASK = 0xffff_ffff_ffffL;

    public Slot {
        if (program < 1 || program > 0xffff || step < 0 || step > 0xffff) {
            throw new IllegalArgumentException("slot " + program + "/" + step + " does not fit 16 bits");
        }
    }

    /** The slot in 16 bytes, if it is one. */
    public static Optional<Slot> decode(Bytes bytes) {
        return decode(bytes.u64(0), bytes.u64(Long.BYTES));
    }

    /** The slot in two words, if it is one. */
    public static Optional<Slot> decode(long first, long second) {
        int program = (int) (first >>> 48);
        if ((first & MARK_MASK) != MARK || program == 0 || second >>> 16 != 0) {
            return Optional.empty();
        }
        return Optional.of(new Slot(program, (int) second));
    }

    /** The slot as it stands in memory. */
    public Bytes encode() {
        byte[] bytes = new byte[SIZE];
        long first = MARK | (long) program << 48;
        for (int i = 0; i < 8; i++) {
            bytes[i] = (byte) (first >>> 8 * i);
        }
        bytes[8] = (byte) step;
        bytes[9] = (byte) (step >> 8);
        return Bytes.wrap(bytes);
    }
}
