package dev.igvmtool.abi.linux;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.FormatException;
import java.util.Locale;

/**
 * Header of an entry in a cpio archive of the "newc" format, 110 ASCII characters: magic, then 13 fields of eight
 * hexadecimal digits. The name with its NUL follows, padded so that header and name fill a multiple of 4; then the
 * data, padded to 4.
 *
 * @param ino inode number
 * @param mode type and permissions, see {@link FileMode}
 * @param uid owner
 * @param gid group
 * @param nlink number of names
 * @param mtime seconds since 1970
 * @param filesize bytes of data
 * @param devMajor device of the file system
 * @param devMinor device of the file system
 * @param rdevMajor device of a node
 * @param rdevMinor device of a node
 * @param namesize bytes of the name with its NUL
 * @param check 0
 */
public record CpioHeader(
        long ino,
        int mode,
        long uid,
        long gid,
        long nlink,
        long mtime,
        long filesize,
        long devMajor,
        long devMinor,
        long rdevMajor,
        long rdevMinor,
        long namesize,
        long check) {
    /** First six characters of every entry. */
    public static final String MAGIC = "070701";
    /** Name of the entry that ends an archive. */
    public static final String TRAILER = "TRAILER!!!";
    /** Bytes of the header. */
    public static final int SIZE = 110;

    private static final int FIELDS = 13;

    public static final Codec<CpioHeader> CODEC = new Codec<>() {
        @Override
        public int size() {
            return SIZE;
        }

        @Override
        public CpioHeader read(ByteReader reader) {
            String magic = reader.bytes(MAGIC.length()).toUtf8();
            if (!magic.equals(MAGIC)) {
                throw new FormatException("cpio magic is '" + printable(magic) + "', expected '" + MAGIC + "'");
            }
            long[] f = new long[FIELDS];
            for (int i = 0; i < FIELDS; i++) {
                f[i] = number(reader.bytes(8), i);
            }
            return new CpioHeader(
                    f[0], (int) f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10], f[11], f[12]);
        }

        @Override
        public void write(ByteWriter writer, CpioHeader h) {
            writer.bytes(Bytes.utf8(MAGIC));
            long[] fields = {
                h.ino,
                Integer.toUnsignedLong(h.mode),
                h.uid,
                h.gid,
                h.nlink,
                h.mtime,
                h.filesize,
                h.devMajor,
                h.devMinor,
                h.rdevMajor,
                h.rdevMinor,
                h.namesize,
                h.check
            };
            for (long field : fields) {
                if (field < 0 || field > 0xffff_ffffL) {
                    throw new IllegalArgumentException("cpio field does not fit 32 bits: " + field);
                }
                writer.bytes(Bytes.utf8(String.format(Locale.ROOT, "%08X", field)));
            }
        }
    };

    /** Device of a file system in one number, major above minor. */
    public long dev() {
        return devMajor << 32 | devMinor;
    }

    /** Type bits of the mode. */
    public int type() {
        return mode & FileMode.TYPE;
    }

    private static long number(Bytes digits, int field) {
        long value = 0;
        for (int i = 0; i < digits.size(); i++) {
            int digit = digits.u8(i) < 0x80 ? Character.digit(digits.u8(i), 16) : -1;
            if (digit < 0) {
                throw new FormatException("cpio header field " + field + " is '" + printable(digits.toUtf8())
                        + "', expected eight hexadecimal digits");
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private static String printable(String text) {
        return text.replaceAll("[^ -~]", "?");
    }
}
