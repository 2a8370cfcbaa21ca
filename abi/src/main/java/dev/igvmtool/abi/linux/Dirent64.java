package dev.igvmtool.abi.linux;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;

/**
 * {@code linux_dirent64}: one entry of a directory, of variable length: u64 inode, u64 offset, u16 record length, u8
 * type, name with NUL, padding to 8.
 *
 * @param ino inode number
 * @param off position of the next entry, opaque
 * @param type one of the constants here
 * @param name without NUL
 */
public record Dirent64(long ino, long off, int type, String name) {
    public static final int CHARACTER = 2;
    public static final int DIRECTORY = 4;
    public static final int REGULAR = 8;
    public static final int LINK = 10;

    /** Bytes before the name. */
    private static final int HEADER = 19;

    /** Type of a file with {@code mode}: the type bits, shifted down. */
    public static int typeOf(int mode) {
        return (mode & FileMode.TYPE) >>> 12;
    }

    /** Bytes of the record. */
    public int recordLength() {
        return HEADER + Bytes.utf8(name).size() + 1 + 7 & ~7;
    }

    /** Writes the record. */
    public void write(ByteWriter writer) {
        int start = writer.size();
        writer.u64(ino).u64(off).u16(recordLength()).u8(type).bytes(Bytes.utf8(name));
        writer.zeros(start + recordLength() - writer.size());
    }

    /** Reads a record. */
    public static Dirent64 read(ByteReader reader) {
        long ino = reader.u64();
        long off = reader.u64();
        int length = reader.u16();
        int type = reader.u8();
        if (length <= HEADER) {
            throw new FormatException("directory entry of " + length + " bytes, expected at least " + (HEADER + 1));
        }
        String name = reader.bytes(length - HEADER).toUtf8();
        int end = name.indexOf('\0');
        if (end < 0) {
            throw new FormatException("directory entry whose name has no end");
        }
        return new Dirent64(ino, off, type, name.substring(0, end));
    }
}
