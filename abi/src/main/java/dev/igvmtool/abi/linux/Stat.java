package dev.igvmtool.abi.linux;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code struct stat} of x86-64, 144 bytes.
 *
 * @param dev device of the file system
 * @param ino inode number
 * @param nlink number of names
 * @param mode type and permissions, see {@link FileMode}
 * @param uid owner
 * @param gid group
 * @param padding zero
 * @param rdev device of a node
 * @param size in bytes
 * @param blksize preferred unit
 * @param blocks 512-byte units in use
 * @param times access, modification and change time, each seconds and nanoseconds
 * @param reserved zero
 */
public record Stat(
        @U64 long dev,
        @U64 long ino,
        @U64 long nlink,
        @U32 int mode,
        @U32 int uid,
        @U32 int gid,
        @U32 int padding,
        @U64 long rdev,
        @U64 long size,
        @U64 long blksize,
        @U64 long blocks,
        @Fixed(48) Bytes times,
        @Fixed(24) Bytes reserved) {
    public static final Codec<Stat> CODEC = Codec.of(Stat.class, lookup());

    /** A file of root's, from the beginning of time. */
    public Stat(long ino, long nlink, int mode, long rdev, long size) {
        this(1, ino, nlink, mode, 0, 0, 0, rdev, size, 4096, (size + 511) / 512, Bytes.zeros(48), Bytes.zeros(24));
    }
}
