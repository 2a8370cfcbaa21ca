package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.elf.ProgramHeader;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.fs.Inode;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.memory.PageTables;
import dev.igvmtool.kernelstub.process.Exec;
import dev.igvmtool.kernelstub.state.AddressSpace;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.OpenFile;
import java.util.List;

/** System calls on the caller's address space. There is no paging on demand: what is mapped is there. */
final class MemoryCalls {
    private static final int PROT_WRITE = 2;
    private static final int PROT_EXEC = 4;
    private static final int MAP_FIXED = 0x10;
    private static final int MAP_ANONYMOUS = 0x20;

    private MemoryCalls() {}

    static Outcome mmap(Call call) {
        long size = KernelMap.pages(call.argument(1));
        int flags = call.word(3);
        long offset = call.argument(5);
        if (call.argument(1) <= 0 || size > KernelMap.USER_END || (offset & KernelMap.PAGE - 1) != 0) {
            throw new LinuxError(Errno.EINVAL, "mmap");
        }
        boolean anonymous = (flags & MAP_ANONYMOUS) != 0;
        List<GpaRange> device = anonymous ? List.of() : DeviceMemory.ranges(call, call.file(4), offset, size);
        long address = address(call, size, flags);
        PageTables tables = call.user().tables();
        clear(call.kernel(), tables, address, size);
        long leaf = Exec.userFlags(permissions(call.word(2)));
        if (!device.isEmpty()) {
            long at = address;
            long alias = DeviceMemory.isShared(call, call.file(4), offset) ? PageTables.SHARED : 0;
            for (GpaRange range : device) {
                tables.map(at, range.start(), range.size(), leaf & ~PageTables.OWNED | alias);
                at += range.size();
            }
        } else {
            Exec.mapFresh(call.kernel(), tables, GpaRange.ofSize(address, size), leaf);
            if (!anonymous) {
                copyFile(call, tables, address, size, offset);
            }
        }
        flush(call.kernel(), address, size);
        return new Outcome.Done(address);
    }

    private static long address(Call call, long size, int flags) {
        Kernel kernel = call.kernel();
        if ((flags & MAP_FIXED) != 0) {
            checkRange(call.argument(0), size);
            return call.argument(0);
        }
        AddressSpace space = kernel.processes().space(call.process().cr3());
        // Large mappings start at a large page, so that they can use large pages.
        long unit = size >= KernelMap.LARGE_PAGE ? KernelMap.LARGE_PAGE : KernelMap.PAGE;
        long address = space.nextMapping() + unit - 1 & -unit;
        long end = address + size;
        if (end < address || end > KernelMap.USER_STACK_TOP - (1L << 30)) {
            throw new LinuxError(Errno.ENOMEM, "mmap");
        }
        kernel.processes().putSpace(call.process().cr3(), new AddressSpace(space.breakStart(), space.breakEnd(), end));
        return address;
    }

    /** Private pages with what the file has there. */
    private static void copyFile(Call call, PageTables tables, long address, long size, long offset) {
        OpenFile file = call.file(4);
        if (!(file.target() instanceof OpenFile.Target.Node node)
                || !(call.kernel().files().inode(node.inode()) instanceof Inode.RegularFile regular)) {
            throw new LinuxError(Errno.ENODEV, file.path());
        }
        byte[] content = new byte[(int) Math.max(0, Math.min(size, regular.size() - offset))];
        call.kernel().data().read(regular, offset, content, content.length);
        Exec.copy(call.kernel(), tables, address, Bytes.wrap(content));
    }

    static Outcome munmap(Call call) {
        long size = KernelMap.pages(call.argument(1));
        checkRange(call.argument(0), size);
        clear(call.kernel(), call.user().tables(), call.argument(0), size);
        flush(call.kernel(), call.argument(0), size);
        return Outcome.SUCCESS;
    }

    static Outcome mprotect(Call call) {
        long start = call.argument(0);
        long size = KernelMap.pages(call.argument(1));
        checkRange(start, size);
        PageTables tables = call.user().tables();
        long flags = Exec.userFlags(permissions(call.word(2))) & ~PageTables.OWNED;
        for (long at = start; at < start + size; at += KernelMap.PAGE) {
            long gva = at;
            PageTables.Leaf leaf = tables.lookup(gva)
                    .orElseThrow(() -> new LinuxError(Errno.ENOMEM, String.format("address 0x%x", gva)));
            long kept = leaf.entry().value() & (PageTables.OWNED | PageTables.SHARED);
            tables.map(gva, leaf.gpa(gva), KernelMap.PAGE, flags | kept);
        }
        flush(call.kernel(), start, size);
        return Outcome.SUCCESS;
    }

    static Outcome brk(Call call) {
        Kernel kernel = call.kernel();
        AddressSpace space = kernel.processes().space(call.process().cr3());
        long wanted = call.argument(0);
        if (wanted < space.breakStart() || wanted > KernelMap.USER_MMAP_BASE) {
            return new Outcome.Done(space.breakEnd());
        }
        long before = KernelMap.pages(space.breakEnd());
        long after = KernelMap.pages(wanted);
        if (after > before) {
            long flags = Exec.userFlags(ProgramHeader.PF_R | ProgramHeader.PF_W);
            Exec.mapFresh(kernel, call.user().tables(), new GpaRange(before, after), flags);
        } else if (after < before) {
            clear(kernel, call.user().tables(), after, before - after);
            flush(kernel, after, before - after);
        }
        kernel.processes()
                .putSpace(call.process().cr3(), new AddressSpace(space.breakStart(), wanted, space.nextMapping()));
        return new Outcome.Done(wanted);
    }

    /** Takes away what is mapped in a range; own pages are freed. */
    private static void clear(Kernel kernel, PageTables tables, long start, long size) {
        long end = start + size;
        for (long at = tables.nextMapped(start, end); at < end; at = tables.nextMapped(at, end)) {
            PageTables.Leaf leaf = tables.lookup(at).orElseThrow();
            long gpa = leaf.gpa(at);
            boolean owned = leaf.entry().has(PageTables.OWNED);
            tables.unmap(at);
            if (owned) {
                kernel.pages().release(GpaRange.ofSize(gpa & -KernelMap.PAGE, KernelMap.PAGE));
            }
            at += KernelMap.PAGE;
        }
    }

    private static void checkRange(long start, long size) {
        boolean aligned = (start & KernelMap.PAGE - 1) == 0;
        if (!aligned || start < 0 || size <= 0 || size > KernelMap.USER_END - start) {
            throw new LinuxError(Errno.EINVAL, String.format("address 0x%x", start));
        }
    }

    private static int permissions(int protection) {
        return ProgramHeader.PF_R
                | ((protection & PROT_WRITE) != 0 ? ProgramHeader.PF_W : 0)
                | ((protection & PROT_EXEC) != 0 ? ProgramHeader.PF_X : 0);
    }

    private static void flush(Kernel kernel, long start, long size) {
        for (long at = start; at < start + Math.min(size, 1 << 20); at += KernelMap.PAGE) {
            kernel.cpu().invlpg(at);
        }
    }
}
