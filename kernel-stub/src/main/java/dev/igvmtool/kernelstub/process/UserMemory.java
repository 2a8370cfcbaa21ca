package dev.igvmtool.kernelstub.process;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.memory.PageTables;
import java.io.ByteArrayOutputStream;

/**
 * Memory of the running user program as the kernel may use it: every access is checked first, and refused with EFAULT
 * where the program itself could not make it.
 *
 * @param memory by virtual address, through the page tables of the program
 * @param tables the same page tables
 */
public record UserMemory(Memory memory, PageTables tables) {
    /** Bytes of a path or other text that are looked at. */
    private static final int MAX_TEXT = 4096;

    private static final int MAX_ARGUMENT = 128 * 1024;

    /** A copy of user memory. */
    public Bytes read(long gva, long length) {
        check(gva, length, false);
        return memory.readBytes(gva, (int) length);
    }

    /** A structure in user memory. */
    public <T> T read(Codec<T> codec, long gva) {
        check(gva, codec.size(), false);
        return memory.read(codec, gva);
    }

    /** A 64-bit word. */
    public long readU64(long gva) {
        check(gva, Long.BYTES, false);
        return memory.readU64(gva);
    }

    /** A 32-bit word. */
    public long readU32(long gva) {
        check(gva, Integer.BYTES, false);
        return memory.readU32(gva);
    }

    /** Writes to user memory. */
    public void write(long gva, Bytes content) {
        check(gva, content.size(), true);
        memory.writeBytes(gva, content);
    }

    /** Writes a structure to user memory. */
    public <T> void write(Codec<T> codec, long gva, T value) {
        write(gva, codec.toBytes(value));
    }

    /** The NUL-terminated bytes at an address, at most 4095: a path or a name. */
    public Bytes text(long gva) {
        return text(gva, MAX_TEXT, Errno.ENAMETOOLONG);
    }

    /** The NUL-terminated bytes at an address, at most 128 KiB with the NUL: an argument or a variable of a program. */
    public Bytes argument(long gva) {
        return text(gva, MAX_ARGUMENT, Errno.E2BIG);
    }

    private Bytes text(long gva, int limit, Errno tooLong) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int i = 0; i < limit; i++) {
            check(gva + i, 1, false);
            int c = memory.readU8(gva + i);
            if (c == 0) {
                return Bytes.wrap(text.toByteArray());
            }
            text.write(c);
        }
        throw new LinuxError(tooLong, String.format("text at 0x%x", gva));
    }

    /** Refuses a range that the program cannot read or write. */
    public void check(long gva, long length, boolean write) {
        if (gva < 0 || length < 0 || length > KernelMap.USER_END - gva) {
            throw fault(gva);
        }
        long wanted = PageTableEntry.USER | (write ? PageTableEntry.WRITABLE : 0);
        long end = gva + length;
        for (long at = gva; at < end; ) {
            PageTables.Leaf leaf = tables.lookup(at).orElseThrow(() -> fault(gva));
            if (!leaf.entry().has(wanted)) {
                throw fault(gva);
            }
            at = (at & -leaf.sizeBytes()) + leaf.sizeBytes();
        }
    }

    private static LinuxError fault(long gva) {
        return new LinuxError(Errno.EFAULT, String.format("user address 0x%x", gva));
    }
}
