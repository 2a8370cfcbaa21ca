package dev.igvmtool.debugger;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.paging.PageWalker;
import dev.igvmtool.machine.paging.PagingMode;
import dev.igvmtool.machine.vp.Vp;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Virtual memory of one VTL of a VP, looked at from outside: nothing is marked as accessed, no permission is asked for,
 * and the page tables are read as they stand in physical memory.
 */
public final class AddressSpace {
    private static final int LEVELS = 4;
    private static final String[] LEVEL_NAMES = {"PT", "PD", "PDPT", "PML4"};

    private final PhysicalMemory memory;
    private final PagingMode mode;

    private AddressSpace(PhysicalMemory memory, PagingMode mode) {
        this.memory = memory;
        this.mode = mode;
    }

    /** Memory as the running VTL of a VP addresses it. */
    public static AddressSpace of(Vp vp) {
        return of(vp, vp.vtl());
    }

    /** Memory as an enabled VTL of a VP addresses it. */
    public static AddressSpace of(Vp vp, int vtl) {
        return new AddressSpace(vp.partition().physical(), vp.pagingMode(vtl, true));
    }

    /**
     * One level of a walk.
     *
     * @param level name of the table: PML4, PDPT, PD or PT
     * @param entryGpa where the entry stands
     * @param entry as it stands there
     */
    public record WalkStep(String level, long entryGpa, long entry) {
        /** Flags of the entry in words. */
        public String flags() {
            StringBuilder text = new StringBuilder((entry & PageTableEntry.PRESENT) != 0 ? "present" : "not present");
            append(text, PageTableEntry.WRITABLE, "writable");
            append(text, PageTableEntry.USER, "user");
            append(text, PageTableEntry.LARGE, level.equals("PT") ? "PAT" : "large");
            append(text, PageTableEntry.ACCESSED, "accessed");
            append(text, PageTableEntry.DIRTY, "dirty");
            append(text, PageTableEntry.NO_EXECUTE, "no-execute");
            return text.toString();
        }

        private void append(StringBuilder text, long bit, String name) {
            if ((entry & bit) != 0) {
                text.append(' ').append(name);
            }
        }
    }

    /**
     * The walk of one address.
     *
     * @param steps from the root on, as far as it goes; none without paging
     * @param gpa where it ends; empty if an entry is not present or a table is not in RAM
     * @param encrypted the encryption bit of the last entry
     */
    public record Walk(List<WalkStep> steps, OptionalLong gpa, boolean encrypted) {}

    /** True if addresses are translated at all. */
    public boolean paging() {
        return mode.paging();
    }

    /** Walks the page tables for an address. */
    public Walk walk(long gva) {
        List<WalkStep> steps = new ArrayList<>();
        if (!mode.paging()) {
            return new Walk(steps, OptionalLong.of(gva), false);
        }
        if (!PageWalker.isCanonical(gva)) {
            return new Walk(steps, OptionalLong.empty(), false);
        }
        long addressMask = PageTableEntry.ADDRESS_MASK & ~mode.alias().bit();
        long table = mode.cr3() & addressMask;
        for (int level = LEVELS - 1; level >= 0; level--) {
            int shift = 12 + 9 * level;
            long entryGpa = table + (gva >>> shift & 0x1ff) * Long.BYTES;
            if (!memory.isRam(entryGpa)) {
                break;
            }
            long entry = memory.readU64(entryGpa);
            steps.add(new WalkStep(LEVEL_NAMES[level], entryGpa, entry));
            if ((entry & PageTableEntry.PRESENT) == 0) {
                break;
            }
            if (level == 0 || (entry & PageTableEntry.LARGE) != 0) {
                long offsetMask = (1L << shift) - 1;
                long gpa = entry & addressMask & ~offsetMask | gva & offsetMask;
                return new Walk(
                        steps, OptionalLong.of(gpa), (entry & mode.alias().bit()) != 0);
            }
            table = entry & addressMask;
        }
        return new Walk(steps, OptionalLong.empty(), false);
    }

    /** The guest physical address of a virtual one; empty if nothing is mapped there. */
    public OptionalLong translate(long gva) {
        return walk(gva).gpa();
    }

    /**
     * Bytes at a virtual address.
     *
     * @throws IgvmToolException if some of them are not mapped to RAM
     */
    public Bytes read(long gva, int length) {
        byte[] content = new byte[length];
        for (int done = 0; done < length; ) {
            long at = gva + done;
            int chunk = Math.min(length - done, PhysicalMemory.PAGE_SIZE - (int) (at & PhysicalMemory.PAGE_SIZE - 1));
            long gpa =
                    translate(at).orElseThrow(() -> new IgvmToolException(String.format("GVA 0x%x is not mapped", at)));
            memory.read(gpa, content, done, chunk);
            done += chunk;
        }
        return Bytes.wrap(content);
    }
}
