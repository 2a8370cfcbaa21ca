package dev.igvmtool.machine.guest;

import dev.igvmtool.abi.binary.Bytes;
import java.util.Optional;

/**
 * One step as it stands in memory: six bytes that a processor which is not ours refuses to execute, u16 program, u16 step,
 * six zero bytes. On x64 the six bytes are UD2 and the ASCII letters {@code STEP}; on AArch64 they are {@code UDF #0x5453}
 * and the letters {@code EP}.
 *
 * @param program {@link Program#number()}
 * @param step index in {@link Program#steps()}
 */
public record Slot(int program, int step) {
    /** Bytes of a slot. */
    public static final int SIZE = ImageLayout.SLOT_BYTES;

    private static final long MARK = 0x5045_5453_0b0fL;
    private static final long ARM_MARK = 0x5045_0000_5453L;
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
        long mark = first & MARK_MASK;
        if (mark != MARK && mark != ARM_MARK || program == 0 || second >>> 16 != 0) {
            return Optional.empty();
        }
        return Optional.of(new Slot(program, (int) second));
    }

    /** The slot as it stands in memory of an x64 machine. */
    public Bytes encode() {
        return encode(Architecture.X64);
    }

    /** The slot as it stands in memory. */
    public Bytes encode(Architecture architecture) {
        byte[] bytes = new byte[SIZE];
        long mark = architecture == Architecture.X64 ? MARK : ARM_MARK;
        long first = mark | (long) program << 48;
        for (int i = 0; i < 8; i++) {
            bytes[i] = (byte) (first >>> 8 * i);
        }
        bytes[8] = (byte) step;
        bytes[9] = (byte) (step >> 8);
        return Bytes.wrap(bytes);
    }
}
