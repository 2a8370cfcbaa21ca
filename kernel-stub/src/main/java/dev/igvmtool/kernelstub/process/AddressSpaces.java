package dev.igvmtool.kernelstub.process;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.memory.PageTables;
import dev.igvmtool.kernelstub.state.Kernel;

/** Copies and frees whole user address spaces. */
public final class AddressSpaces {
    private AddressSpaces() {}

    /**
     * A copy of an address space: own pages are copied at once, others are mapped again.
     *
     * @return root of the copy
     */
    public static long duplicate(Kernel kernel, long cr3) {
        PageTables source = kernel.tables(cr3);
        PageTables copy = kernel.newTables();
        copy.shareKernelHalf(kernel.tables(kernel.layout().cr3()));
        source.visitUser((gva, entryGpa, leaf) -> {
            long flags = leaf.entry().value() & ~PageTableEntry.ADDRESS_MASK & ~PageTableEntry.LARGE;
            long gpa = leaf.gpa(gva);
            if (leaf.entry().has(PageTables.OWNED)) {
                GpaRange fresh = kernel.pages().pages(leaf.sizeBytes() >>> 12);
                kernel.physical().writeBytes(fresh.start(), kernel.physical().readBytes(gpa, (int) leaf.sizeBytes()));
                gpa = fresh.start();
            }
            copy.map(gva, gpa, leaf.sizeBytes(), flags);
        });
        kernel.processes().putSpace(copy.root(), kernel.processes().space(cr3));
        return copy.root();
    }

    /** Frees an address space that nobody uses any more; it must not be the current one. */
    public static void release(Kernel kernel, long cr3) {
        PageTables tables = kernel.tables(cr3);
        tables.visitUser((gva, entryGpa, leaf) -> {
            kernel.physical().writeU64(entryGpa, 0);
            if (leaf.entry().has(PageTables.OWNED)) {
                kernel.pages().release(GpaRange.ofSize(leaf.gpa(gva), leaf.sizeBytes()));
            }
        });
        tables.releaseUserTables(page -> kernel.pages().release(GpaRange.ofSize(page, KernelMap.PAGE)));
        kernel.pages().release(GpaRange.ofSize(cr3, KernelMap.PAGE));
        kernel.processes().removeSpace(cr3);
    }
}
