package dev.igvmtool.abi.binary;

/**
 * Byte-addressed little-endian memory: guest memory seen through page tables, guest physical memory, or a plain
 * buffer. Each access may fail as the implementation says (a page fault, say) and then has no effect.
 */
public interface Memory {
    /** Copies {@code length} bytes at {@code address} to {@code target} from {@code offset} on. */
    void read(long address, byte[] target, int offset, int length);

    /** Copies {@code length} bytes of {@code source} from {@code offset} on to {@code address}. */
    void write(long address, byte[] source, int offset, int length);

    /** The 8 bits at {@code address}, unsigned. */
    default int readU8(long address) {
        return (int) readLittleEndian(this, address, 1);
    }

    /** The 16 bits at {@code address}, unsigned. */
    default int readU16(long address) {
        return (int) readLittleEndian(this, address, 2);
    }

    /** The 32 bits at {@code address}, unsigned. */
    default long readU32(long address) {
        return readLittleEndian(this, address, 4);
    }

    /** The 64 bits at {@code address}. */
    default long readU64(long address) {
        return readLittleEndian(this, address, 8);
    }

    /** Writes the low 8 bits of {@code value}. */
    default void writeU8(long address, int value) {
        writeLittleEndian(this, address, value, 1);
    }

    /** Writes the low 16 bits of {@code value}. */
    default void writeU16(long address, int value) {
        writeLittleEndian(this, address, value, 2);
    }

    /** Writes the low 32 bits of {@code value}. */
    default void writeU32(long address, long value) {
        writeLittleEndian(this, address, value, 4);
    }

    /** Writes 64 bits. */
    default void writeU64(long address, long value) {
        writeLittleEndian(this, address, value, 8);
    }

    /** A copy of {@code length} bytes at {@code address}. */
    default Bytes readBytes(long address, int length) {
        byte[] content = new byte[length];
        read(address, content, 0, length);
        return Bytes.wrap(content);
    }

    /** Writes all of {@code content} at {@code address}. */
    default void writeBytes(long address, Bytes content) {
        byte[] array = content.toByteArray();
        write(address, array, 0, array.length);
    }

    /** Writes {@code length} zero bytes at {@code address}. */
    default void zero(long address, long length) {
        byte[] zeros = new byte[(int) Math.min(length, 4096)];
        for (long done = 0; done < length; ) {
            int chunk = (int) Math.min(zeros.length, length - done);
            write(address + done, zeros, 0, chunk);
            done += chunk;
        }
    }

    /** Reads the structure at {@code address}. */
    default <T> T read(Codec<T> codec, long address) {
        return codec.read(readBytes(address, codec.size()));
    }

    /** Writes a structure at {@code address}. */
    default <T> void write(Codec<T> codec, long address, T value) {
        writeBytes(address, codec.toBytes(value));
    }

    private static long readLittleEndian(Memory memory, long address, int size) {
        byte[] content = new byte[size];
        memory.read(address, content, 0, size);
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = value << 8 | Byte.toUnsignedLong(content[i]);
        }
        return value;
    }

    private static void writeLittleEndian(Memory memory, long address, long value, int size) {
        byte[] content = new byte[size];
        for (int i = 0; i < size; i++) {
            content[i] = (byte) (value >>> 8 * i);
        }
        memory.write(address, content, 0, size);
    }
}
