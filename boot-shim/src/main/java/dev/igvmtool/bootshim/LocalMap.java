package dev.igvmtool.bootshim;

import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.machine.guest.Cpu;

/**
 * A window of 2 MiB into memory that the image's page tables do not map, or not as it is needed. A view of its entry.
 * Follows openhcl_boot/src/arch/x86_64/address_space.rs.
 *
 * @param entry address of the entry, which the image's tables have as a large page
 */
record LocalMap(Cpu cpu, long entry) {
    /** Bytes of the window. */
    static final long SIZE = 2 << 20;

    private static final long ADDRESS = 0x20_0000;
    /** Bits of an entry that are an address on every platform. */
    private static final long TABLE_MASK = 0x7fff_ffff_f000L;

    private static final long FLAGS = PageTableEntry.PRESENT
            | PageTableEntry.WRITABLE
            | PageTableEntry.ACCESSED
            | PageTableEntry.DIRTY
            | PageTableEntry.LARGE;

    static LocalMap of(Cpu cpu) {
        return new LocalMap(cpu, largeEntry(cpu, ADDRESS));
    }

    /**
     * Address of the entry that maps 2 MiB.
     *
     * @throws ShimFatalException if a table above it is missing
     */
    static long largeEntry(Cpu cpu, long gva) {
        long table = cpu.get(ControlRegister.CR3) & TABLE_MASK;
        for (int shift = 39; shift > 21; shift -= 9) {
            long link = cpu.memory().readU64(table + (gva >>> shift & 0x1ff) * Long.BYTES);
            PageTableEntry found = new PageTableEntry(link);
            if (!found.present() || found.large()) {
                throw new ShimFatalException(
                        String.format("the page tables have no 2 MiB page at 0x%x, but 0x%x above it", gva, link));
            }
            table = link & TABLE_MASK;
        }
        return table + (gva >>> 21 & 0x1ff) * Long.BYTES;
    }

    /** Empties the window, which the image's tables must have. */
    void open() {
        PageTableEntry found = new PageTableEntry(cpu.memory().readU64(entry));
        if (!found.present() || !found.large()) {
            throw new ShimFatalException(String.format(
                    "the page tables have no large page for the local map at 0x%x, but 0x%x", ADDRESS, found.value()));
        }
        unmap();
    }

    /**
     * Points the window at the 2 MiB around an address.
     *
     * @param aliasBit what the entry has besides: the bit that chooses the alias of the memory
     * @return where the address is seen
     */
    long map(long gpa, long aliasBit) {
        cpu.memory().writeU64(entry, gpa & -SIZE | FLAGS | aliasBit);
        cpu.invlpg(ADDRESS);
        return ADDRESS + (gpa & SIZE - 1);
    }

    void unmap() {
        cpu.memory().writeU64(entry, 0);
        cpu.invlpg(ADDRESS);
    }
}
