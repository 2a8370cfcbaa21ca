package dev.igvmtool.abi.shim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.binary.StructLayout;
import java.util.List;

/**
 * The boot shim's log in memory: capacity, next insert offset and number of dropped messages, 16 bits each, then UTF-8
 * text. A view.
 *
 * @param memory where the buffer is
 * @param address first byte of the buffer in that memory
 */
public record BootLogBuffer(Memory memory, long address) {
    /** Bytes before the text. */
    public static final int HEADER_BYTES = 6;

    private static final int CAPACITY = 0;
    private static final int NEXT_INSERT = 2;
    private static final int DROPPED = 4;

    /** The header; the text follows. */
    public static StructLayout layout() {
        return new StructLayout(
                "boot log",
                HEADER_BYTES,
                List.of(
                        StructLayout.Field.integer("capacity", CAPACITY, 2),
                        StructLayout.Field.integer("next_insert", NEXT_INSERT, 2),
                        StructLayout.Field.integer("dropped", DROPPED, 2)));
    }

    /** An empty log over {@code sizeBytes} bytes, header included. */
    public void reset(int sizeBytes) {
        memory.writeU16(address + CAPACITY, sizeBytes - HEADER_BYTES);
        memory.writeU16(address + NEXT_INSERT, 0);
        memory.writeU16(address + DROPPED, 0);
    }

    /** Bytes that the text may have. */
    public int capacity() {
        return memory.readU16(address + CAPACITY);
    }

    /** Bytes of text. */
    public int length() {
        return memory.readU16(address + NEXT_INSERT);
    }

    /** Messages that did not fit; stays at 65535. */
    public int dropped() {
        return memory.readU16(address + DROPPED);
    }

    /** Appends a message as a whole, or drops and counts it. */
    public void append(Bytes message) {
        int length = length();
        if (message.size() > capacity() - length) {
            memory.writeU16(address + DROPPED, Math.min(dropped() + 1, 0xffff));
            return;
        }
        memory.writeBytes(address + HEADER_BYTES + length, message);
        memory.writeU16(address + NEXT_INSERT, length + message.size());
    }

    /**
     * The text.
     *
     * @param sizeBytes bytes of the buffer, header included
     * @throws FormatException if the header does not fit the buffer
     */
    public Bytes text(long sizeBytes) {
        int length = length();
        if (capacity() > sizeBytes - HEADER_BYTES || length > capacity()) {
            throw new FormatException(String.format(
                    "boot log of 0x%x bytes has a capacity of 0x%x and 0x%x bytes of text",
                    sizeBytes, capacity(), length));
        }
        return memory.readBytes(address + HEADER_BYTES, length);
    }
}
