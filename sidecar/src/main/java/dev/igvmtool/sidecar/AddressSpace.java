package dev.igvmtool.sidecar;

import dev.igvmtool.abi.sidecar.SidecarLimits;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.machine.guest.Cpu;

/**
 * The virtual addresses at which every VP finds its pages: the image in the first 2 MiB, then a page table of its own,
 * which maps itself first. Each VP has its own tables, so the same address means a different page on each.
 */
final class AddressSpace {
    /** Where the image runs. */
    static final long BASE = 0xffff_ff80_0000_0000L;

    /** Entry of a PML4 that covers {@link #BASE}. */
    static final int PML4_INDEX = 511;

    static final int SELF = 0;
    static final int HYPERCALL_INPUT = 1;
    static final int HYPERCALL_OUTPUT = 2;
    static final int COMMAND_PAGE = 3;
    static final int GLOBALS = 4;
    static final int ASSIST_PAGE = 5;
    static final int CONTROL_PAGE = 6;
    static final int REGISTER_PAGE = 7;
    private static final int FIRST_TEMPORARY = 256;
    private static final int LAST_TEMPORARY = 507;
    static final int ENTRIES = 512;

    /** Flags of a table. */
    static final long TABLE = PageTableEntry.PRESENT | PageTableEntry.WRITABLE;
    /** Flags of the image's large page. */
    static final long IMAGE = TABLE | PageTableEntry.LARGE;
    /** Flags of a page of data. */
    static final long DATA = TABLE | PageTableEntry.NO_EXECUTE;

    private static final long PER_VP = BASE + 0x20_0000;

    /** First address past the stack. */
    static final long STACK_TOP = address(ENTRIES);

    /** Lowest stack page that a crash report may name. */
    static final long STACK_BOTTOM = address(ENTRIES - NodeLayout.VpPages.STACK_PAGES);

    /** Bytes that the image must be aligned to. */
    static final long IMAGE_ALIGNMENT = 0x20_0000;

    private AddressSpace() {}

    /** Address that entry {@code index} of the VP's page table maps. */
    static long address(int index) {
        return PER_VP + (long) index * SidecarLimits.PAGE_BYTES;
    }

    /** GPA of the page that the VP's page table maps at {@code address}. */
    static long gpaOf(Cpu cpu, long address) {
        int index = (int) ((address - PER_VP) / SidecarLimits.PAGE_BYTES);
        long page = new PageTableEntry(cpu.memory().readU64(entry(index))).address();
        return page + (address & SidecarLimits.PAGE_BYTES - 1);
    }

    /** Maps a page at the first free temporary address, which is the result. */
    static long map(Cpu cpu, long gpa) {
        if ((gpa & ~PageTableEntry.ADDRESS_MASK) != 0) {
            throw Crash.panic(cpu, String.format("cannot map 0x%x: not the address of a page", gpa));
        }
        for (int index = FIRST_TEMPORARY; index <= LAST_TEMPORARY; index++) {
            if (!new PageTableEntry(cpu.memory().readU64(entry(index))).present()) {
                cpu.memory().writeU64(entry(index), gpa | TABLE);
                return address(index);
            }
        }
        throw Crash.panic(cpu, "no temporary mapping is free");
    }

    /** Removes a temporary mapping. */
    static void unmap(Cpu cpu, long address) {
        int index = (int) ((address - PER_VP) / SidecarLimits.PAGE_BYTES);
        cpu.memory().writeU64(entry(index), 0);
        cpu.invlpg(address);
    }

    private static long entry(int index) {
        return address(SELF) + (long) index * Long.BYTES;
    }
}
