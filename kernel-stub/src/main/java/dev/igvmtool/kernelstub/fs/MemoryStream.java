package dev.igvmtool.kernelstub.fs;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.Memory;
import java.io.InputStream;
import java.util.Objects;

/** A range of guest memory as a stream, read in pieces, so that it is never held as a whole. */
final class MemoryStream extends InputStream {
    private static final int PIECE = 65536;

    private final Memory memory;
    private final GpaRange range;
    private long next;
    private final byte[] piece = new byte[PIECE];
    private int at;
    private int end;

    MemoryStream(Memory memory, GpaRange range) {
        this.memory = memory;
        this.range = range;
        this.next = range.start();
    }

    @Override
    public int read() {
        return fill() ? Byte.toUnsignedInt(piece[at++]) : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, end - at);
        System.arraycopy(piece, at, target, offset, count);
        at += count;
        return count;
    }

    private boolean fill() {
        if (at == end) {
            int count = (int) Math.min(PIECE, range.end() - next);
            if (count == 0) {
                return false;
            }
            memory.read(next, piece, 0, count);
            next += count;
            at = 0;
            end = count;
        }
        return true;
    }
}
