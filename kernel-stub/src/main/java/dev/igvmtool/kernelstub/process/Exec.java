package dev.igvmtool.kernelstub.process;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.elf.ElfFile;
import dev.igvmtool.abi.elf.ElfHeader;
import dev.igvmtool.abi.elf.ProgramHeader;
import dev.igvmtool.abi.linux.AuxVector;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.fs.Inode;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.memory.PageTables;
import dev.igvmtool.kernelstub.state.AddressSpace;
import dev.igvmtool.kernelstub.state.Kernel;
import java.util.ArrayList;
import java.util.List;

/**
 * An address space made of a static executable: segments, heap start, first stack.
 *
 * @param cr3 root of the new page tables
 * @param entry where the program starts
 * @param rsp its first stack pointer
 */
public record Exec(long cr3, long entry, long rsp) {
    private static final long STACK_BYTES = 128 * 1024;
    private static final long MAX_FILE = 1L << 27;
    private static final int EXECUTE = 0111;

    /**
     * Loads the executable at {@code path}. The new address space is not entered yet.
     *
     * @throws LinuxError if there is no such file, or it cannot be executed
     */
    public static Exec load(Kernel kernel, String path, List<Bytes> arguments, List<Bytes> environment) {
        ElfFile elf = read(kernel, path);
        FirstStack stack = FirstStack.build(
                KernelMap.USER_STACK_TOP, path, arguments, environment, kernel.random(16), auxiliary(kernel, elf));
        PageTables tables = kernel.newTables();
        tables.shareKernelHalf(kernel.tables(kernel.layout().cr3()));
        long end = 0;
        for (ProgramHeader segment : elf.loadSegments()) {
            mapFresh(kernel, tables, pagesOf(segment), userFlags(segment.flags()));
            copy(kernel, tables, segment.vaddr(), elf.content(segment));
            end = Math.max(end, segment.vaddr() + segment.memsz());
        }
        GpaRange stackRange = new GpaRange(KernelMap.USER_STACK_TOP - STACK_BYTES, KernelMap.USER_STACK_TOP);
        mapFresh(kernel, tables, stackRange, userFlags(ProgramHeader.PF_R | ProgramHeader.PF_W));
        copy(kernel, tables, stack.rsp(), stack.content());
        long heap = KernelMap.pages(end);
        kernel.processes().putSpace(tables.root(), new AddressSpace(heap, heap, KernelMap.USER_MMAP_BASE));
        return new Exec(tables.root(), elf.header().entry(), stack.rsp());
    }

    /** Flags of a user page with ELF permissions that belongs to its address space. */
    public static long userFlags(int permissions) {
        long flags = PageTableEntry.PRESENT | PageTableEntry.USER | PageTables.OWNED;
        if ((permissions & ProgramHeader.PF_W) != 0) {
            flags |= PageTableEntry.WRITABLE;
        }
        if ((permissions & ProgramHeader.PF_X) == 0) {
            flags |= PageTableEntry.NO_EXECUTE;
        }
        return flags;
    }

    /** Maps cleared pages over a range of virtual addresses. */
    public static void mapFresh(Kernel kernel, PageTables tables, GpaRange range, long flags) {
        long at = range.start();
        for (GpaRange piece : kernel.pages().scattered(range.size() / KernelMap.PAGE)) {
            kernel.physical().zero(piece.start(), piece.size());
            for (long gpa = piece.start(); gpa < piece.end(); gpa += KernelMap.PAGE, at += KernelMap.PAGE) {
                tables.map(at, gpa, KernelMap.PAGE, flags);
            }
        }
    }

    /** Copies into an address space that need not be the current one. */
    public static void copy(Kernel kernel, PageTables tables, long gva, Bytes content) {
        for (int done = 0; done < content.size(); ) {
            long at = gva + done;
            int part = (int) Math.min(content.size() - done, KernelMap.PAGE - (at & KernelMap.PAGE - 1));
            long gpa = tables.lookup(at)
                    .orElseThrow(() -> new LinuxError(Errno.EFAULT, String.format("user address 0x%x", at)))
                    .gpa(at);
            kernel.physical().writeBytes(gpa, content.slice(done, part));
            done += part;
        }
    }

    private static ElfFile read(Kernel kernel, String path) {
        Inode inode = kernel.files().inode(kernel.files().find(path));
        if (!(inode instanceof Inode.RegularFile file)
                || (file.permissions() & EXECUTE) == 0
                || file.size() > MAX_FILE) {
            throw new LinuxError(Errno.EACCES, path);
        }
        byte[] content = new byte[(int) file.size()];
        kernel.data().read(file, 0, content, content.length);
        try {
            ElfFile elf = ElfFile.read(Bytes.wrap(content));
            check(elf);
            return elf;
        } catch (FormatException e) {
            kernel.log(Kernel.WARNING, path + ": " + e.getMessage());
            throw new LinuxError(Errno.ENOEXEC, path);
        }
    }

    private static void check(ElfFile elf) {
        ElfHeader header = elf.header();
        if (header.type() != ElfHeader.ET_EXEC || header.machine() != ElfHeader.EM_X86_64) {
            throw new FormatException("ELF type " + header.type() + " for machine " + header.machine()
                    + ", expected a static executable (2) for x86-64 (62)");
        }
        boolean entryFound = false;
        List<GpaRange> taken = new ArrayList<>();
        for (ProgramHeader segment : elf.programHeaders()) {
            if (segment.type() == ProgramHeader.PT_INTERP) {
                throw new FormatException("executable wants an interpreter, expected a static one");
            }
            if (!segment.isLoad() || segment.memsz() == 0) {
                continue;
            }
            if (segment.vaddr() < KernelMap.PAGE
                    || segment.vaddr() >= KernelMap.USER_MMAP_BASE
                    || segment.memsz() < 0
                    || segment.memsz() > KernelMap.USER_MMAP_BASE - segment.vaddr()) {
                throw new FormatException(String.format(
                        "segment of 0x%x bytes at 0x%x is not in the user half", segment.memsz(), segment.vaddr()));
            }
            GpaRange range = pagesOf(segment);
            if (taken.stream().anyMatch(range::overlaps)) {
                throw new FormatException("segment " + range + " shares a page with another");
            }
            taken.add(range);
            entryFound |= (segment.flags() & ProgramHeader.PF_X) != 0
                    && header.entry() >= segment.vaddr()
                    && header.entry() < segment.vaddr() + segment.memsz();
        }
        if (!entryFound) {
            throw new FormatException(String.format("entry 0x%x is in no executable segment", header.entry()));
        }
    }

    private static GpaRange pagesOf(ProgramHeader segment) {
        return new GpaRange(segment.vaddr() & -KernelMap.PAGE, KernelMap.pages(segment.vaddr() + segment.memsz()));
    }

    private static List<FirstStack.Auxiliary> auxiliary(Kernel kernel, ElfFile elf) {
        ElfHeader header = elf.header();
        long headers = elf.loadSegments().stream()
                .filter(segment ->
                        segment.offset() <= header.phoff() && header.phoff() - segment.offset() < segment.filesz())
                .findFirst()
                .map(segment -> segment.vaddr() + header.phoff() - segment.offset())
                .orElse(0L);
        return List.of(
                new FirstStack.Auxiliary(
                        AuxVector.AT_HWCAP,
                        Integer.toUnsignedLong(kernel.host().cpuid(1, 0).edx())),
                new FirstStack.Auxiliary(AuxVector.AT_PAGESZ, KernelMap.PAGE),
                new FirstStack.Auxiliary(AuxVector.AT_CLKTCK, 100),
                new FirstStack.Auxiliary(AuxVector.AT_PHDR, headers),
                new FirstStack.Auxiliary(AuxVector.AT_PHENT, header.phentsize()),
                new FirstStack.Auxiliary(AuxVector.AT_PHNUM, header.phnum()),
                new FirstStack.Auxiliary(AuxVector.AT_BASE, 0),
                new FirstStack.Auxiliary(AuxVector.AT_FLAGS, 0),
                new FirstStack.Auxiliary(AuxVector.AT_ENTRY, header.entry()),
                new FirstStack.Auxiliary(AuxVector.AT_UID, 0),
                new FirstStack.Auxiliary(AuxVector.AT_EUID, 0),
                new FirstStack.Auxiliary(AuxVector.AT_GID, 0),
                new FirstStack.Auxiliary(AuxVector.AT_EGID, 0),
                new FirstStack.Auxiliary(AuxVector.AT_SECURE, 0));
    }
}
