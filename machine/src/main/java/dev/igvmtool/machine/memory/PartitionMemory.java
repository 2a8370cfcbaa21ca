package dev.igvmtool.machine.memory;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.machine.guest.GuestException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Guest memory as one VTL may see it: {@link PhysicalMemory} behind the protections that higher VTLs have set and, in an
 * isolated partition, behind the {@link PageState} of each page, with the hypervisor's overlay pages on top. Overlay pages can be read and executed, not written.
 */
public final class PartitionMemory {
    private static final int PAGE_SIZE = PhysicalMemory.PAGE_SIZE;

    private final PhysicalMemory physical;
    private final VtlProtections[] setBy;
    private final boolean[] restricted;
    /** By VTL: what the platform itself lets it do with private pages; all that the highest wants. */
    private final PageRuns[] granted;

    private final Encryption encryption;
    private PageRuns states = PageRuns.of(PageState.ACCEPTED.number());
    private long[] overlayPages = {};
    private int[] overlayVtls = {};
    private Bytes[] overlayContents = {};
    private long changes;

    /** Memory of a partition without isolation. */
    public PartitionMemory(PhysicalMemory physical, int vtls) {
        this(physical, vtls, Encryption.NONE);
    }

    /**
     * All memory starts out as accepted.
     *
     * @param vtls number of VTLs that the partition can have
     */
    public PartitionMemory(PhysicalMemory physical, int vtls, Encryption encryption) {
        this.encryption = encryption;
        this.physical = physical;
        this.setBy = new VtlProtections[vtls];
        this.restricted = new boolean[vtls];
        this.granted = new PageRuns[vtls];
        Arrays.fill(setBy, VtlProtections.NONE);
        Arrays.fill(granted, PageRuns.of(encryption.hardware() ? GpaProtection.NONE : GpaProtection.ALL));
        granted[vtls - 1] = PageRuns.of(GpaProtection.ALL);
        refresh();
    }

    /** Memory below protections and overlays. */
    public PhysicalMemory physical() {
        return physical;
    }

    /** How the platform keeps memory from the host. */
    public Encryption encryption() {
        return encryption;
    }

    /** To whom a page belongs. */
    public PageState pageState(long page) {
        return PageState.of(states.value(page));
    }

    /** True if the pages from {@code firstPage} to {@code endPage}, exclusive, are all in one state. */
    public boolean haveOneState(long firstPage, long endPage) {
        return states.isUniform(firstPage, endPage);
    }

    /**
     * Gives pages another state, end exclusive; what they hold stays. A page that is given up takes what lower VTLs were
     * granted with it.
     */
    public void setPageState(long firstPage, long endPage, PageState state) {
        states = states.with(firstPage, endPage, state.number());
        changes++;
        for (int vtl = 0; vtl < granted.length - 1 && encryption.hardware() && state != PageState.ACCEPTED; vtl++) {
            grant(vtl, firstPage, endPage, GpaProtection.NONE);
        }
    }

    /** Lets a VTL below the highest do what {@code mask} says with private pages: RMPADJUST, or attributes of a TD. */
    public void grant(int vtl, long firstPage, long endPage, int mask) {
        granted[vtl] = granted[vtl].with(firstPage, endPage, mask);
        changes++;
    }

    /** What the platform itself lets a VTL do with a private page. */
    public int granted(int vtl, long page) {
        return granted[vtl].value(page);
    }

    /** Sets whether protections of {@code setter} count, and what holds for pages without one of their own. */
    public void configure(int setter, boolean enabled, int defaultMask) {
        setBy[setter] = setBy[setter].withDefault(enabled, defaultMask);
        refresh();
    }

    /** Lets VTLs below {@code setter} do only what {@code mask} says with the pages of a range, end exclusive. */
    public void protect(int setter, long firstPage, long endPage, int mask) {
        setBy[setter] = setBy[setter].with(firstPage, endPage, mask);
        refresh();
    }

    /** {@link GpaProtection} of a page for {@code vtl}. */
    public int allowed(int vtl, long page) {
        int mask = pageState(page) == PageState.SHARED ? GpaProtection.ALL : granted[vtl].value(page);
        for (int setter = vtl + 1; setter < setBy.length; setter++) {
            mask &= setBy[setter].mask(page);
        }
        return mask;
    }

    /** What a page is to whom. */
    public PageAttributes attributes(long page) {
        List<Integer> allowed = new ArrayList<>();
        for (int vtl = 0; vtl < setBy.length; vtl++) {
            allowed.add(allowed(vtl, page));
        }
        return new PageAttributes(pageState(page), allowed);
    }

    /** All of RAM as runs of pages that are alike, ascending. */
    public List<PageAttributes.Run> runs() {
        List<PageAttributes.Run> runs = new ArrayList<>();
        for (GpaRange ram : physical.ram()) {
            long end = ram.end() / PAGE_SIZE;
            for (long page = ram.start() / PAGE_SIZE; page < end; ) {
                PageAttributes attributes = attributes(page);
                long next = Math.min(end, nextChange(page));
                PageAttributes.Run last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
                if (last != null && last.endPage() == page && last.attributes().equals(attributes)) {
                    runs.set(runs.size() - 1, new PageAttributes.Run(last.firstPage(), next, attributes));
                } else {
                    runs.add(new PageAttributes.Run(page, next, attributes));
                }
                page = next;
            }
        }
        return runs;
    }

    private long nextChange(long page) {
        long next = states.nextChange(page);
        for (int vtl = 0; vtl < setBy.length; vtl++) {
            next = Math.min(next, Math.min(setBy[vtl].nextChange(page), granted[vtl].nextChange(page)));
        }
        return next;
    }

    /** The lowest VTL above {@code vtl} that forbids some of {@code access} to a page; the highest, which grants pages, if none does. */
    public int protector(int vtl, long page, int access) {
        for (int setter = vtl + 1; setter < setBy.length; setter++) {
            if ((access & ~setBy[setter].mask(page)) != 0) {
                return setter;
            }
        }
        return setBy.length - 1;
    }

    /** True if {@code vtl} sees a page of the hypervisor instead of guest memory. */
    public boolean isOverlay(int vtl, long page) {
        return hasOverlays() && overlayIndex(vtl, page) >= 0;
    }

    /** Puts an overlay page over guest memory as {@code vtl} sees it, in place of another one at the same address. */
    public void setOverlay(int vtl, long page, Bytes content) {
        removeOverlay(vtl, page);
        int count = overlayPages.length;
        overlayPages = Arrays.copyOf(overlayPages, count + 1);
        overlayVtls = Arrays.copyOf(overlayVtls, count + 1);
        overlayContents = Arrays.copyOf(overlayContents, count + 1);
        overlayPages[count] = page;
        overlayVtls[count] = vtl;
        overlayContents[count] = content;
        changes++;
    }

    /** Takes an overlay page away, if there is one. */
    public void removeOverlay(int vtl, long page) {
        int index = overlayIndex(vtl, page);
        if (index < 0) {
            return;
        }
        int last = overlayPages.length - 1;
        long[] pages = Arrays.copyOf(overlayPages, last);
        int[] vtls = Arrays.copyOf(overlayVtls, last);
        Bytes[] contents = Arrays.copyOf(overlayContents, last);
        if (index < last) {
            pages[index] = overlayPages[last];
            vtls[index] = overlayVtls[last];
            contents[index] = overlayContents[last];
        }
        overlayPages = pages;
        overlayVtls = vtls;
        overlayContents = contents;
        changes++;
    }

    /** A number that grows whenever protections or overlays may have changed. */
    long version() {
        return changes;
    }

    boolean hasOverlays() {
        return overlayPages.length > 0;
    }

    /** The overlay at an address, null for plain memory. */
    @Nullable
    Bytes overlay(int vtl, long gpa) {
        int index = overlayPages.length == 0 ? -1 : overlayIndex(vtl, gpa >>> 12);
        return index < 0 ? null : overlayContents[index];
    }

    /**
     * Passes if {@code vtl} may access the page of {@code gpa}.
     *
     * @param user execution at privilege level 3
     * @throws GpaFault if a higher VTL has protected the page
     */
    void check(int vtl, long gpa, AccessKind access, boolean user) {
        if (restricted[vtl]) {
            int needed =
                    switch (access) {
                        case READ -> GpaProtection.READ;
                        case WRITE -> GpaProtection.READ | GpaProtection.WRITE;
                        case EXECUTE -> user ? GpaProtection.USER_EXECUTE : GpaProtection.KERNEL_EXECUTE;
                    };
            if ((allowed(vtl, gpa >>> 12) & needed) != needed) {
                throw new GpaFault(GpaFault.Reason.DENIED, gpa, access);
            }
        }
    }

    /**
     * Passes if the alias of a page through which it is accessed is the one that its state allows.
     *
     * @throws GuestException if the guest must accept the page first
     * @throws GpaFault if the page is not what the guest takes it for
     */
    void checkState(int vtl, long gpa, boolean shared, AccessKind access) {
        if (encryption == Encryption.NONE) {
            return;
        }
        switch (pageState(gpa >>> 12)) {
            case ACCEPTED -> {
                if (shared) {
                    throw new GpaFault(GpaFault.Reason.VISIBILITY, gpa, access);
                }
            }
            case UNACCEPTED -> {
                if (shared) {
                    throw new GpaFault(GpaFault.Reason.VISIBILITY, gpa, access);
                }
                throw vtl < granted.length - 1
                        ? new GpaFault(GpaFault.Reason.UNACCEPTED, gpa, access)
                        : encryption.unaccepted(gpa, access);
            }
            case SHARED -> {
                if (!shared && encryption.hardware()) {
                    throw new GpaFault(GpaFault.Reason.VISIBILITY, gpa, access);
                }
            }
            case WITHHELD -> throw new GpaFault(GpaFault.Reason.WITHHELD, gpa, access);
        }
    }

    /** True if the hypervisor can reach a page of RAM without the guest. */
    public boolean isReachableByHost(long gpa) {
        return physical.isRam(gpa) && !(encryption.hardware() && pageState(gpa >>> 12) != PageState.SHARED);
    }

    /** What the hypervisor reads and writes for the guest must be visible to it. */
    private void checkVisible(long gpa, AccessKind access) {
        if (encryption.hardware() && pageState(gpa >>> 12) != PageState.SHARED) {
            throw new GpaFault(GpaFault.Reason.VISIBILITY, gpa, access);
        }
    }

    /** Reads within one page; the access has been checked. */
    void read(int vtl, long gpa, byte[] target, int offset, int length) {
        Bytes overlay = overlay(vtl, gpa);
        if (overlay != null) {
            overlay.copyTo((int) gpa & PAGE_SIZE - 1, target, offset, length);
        } else {
            physical.read(gpa, target, offset, length);
        }
    }

    /** Checks and reads a range of any length, as {@code vtl} sees it. */
    public Bytes readBytes(int vtl, long gpa, int length) {
        byte[] content = new byte[length];
        for (int done = 0; done < length; ) {
            long at = gpa + done;
            int chunk = Math.min(PAGE_SIZE - ((int) at & PAGE_SIZE - 1), length - done);
            check(vtl, at, AccessKind.READ, false);
            checkVisible(at, AccessKind.READ);
            read(vtl, at, content, done, chunk);
            done += chunk;
        }
        return Bytes.wrap(content);
    }

    /** Checks and writes a range of any length, as {@code vtl} sees it. */
    public void writeBytes(int vtl, long gpa, Bytes content) {
        checkWritable(vtl, gpa, content.size());
        physical.writeBytes(gpa, content);
    }

    /** Passes if {@link #writeBytes} does. */
    public void checkWritable(int vtl, long gpa, int length) {
        for (long done = 0; done < length; done = ((gpa + done | PAGE_SIZE - 1) + 1) - gpa) {
            long at = gpa + done;
            check(vtl, at, AccessKind.WRITE, false);
            checkVisible(at, AccessKind.WRITE);
            if (overlay(vtl, at) != null) {
                throw new GpaFault(GpaFault.Reason.DENIED, at, AccessKind.WRITE);
            }
            if (!physical.isRam(at)) {
                throw new GpaFault(GpaFault.Reason.UNMAPPED, at, AccessKind.WRITE);
            }
        }
    }

    /** Everything but the physical memory, for snapshots. */
    public Snapshot snapshot() {
        return new Snapshot(setBy.clone(), granted.clone(), states, overlayPages, overlayVtls, overlayContents);
    }

    /** Goes back to an earlier state. */
    public void restore(Snapshot snapshot) {
        System.arraycopy(snapshot.setBy, 0, setBy, 0, setBy.length);
        System.arraycopy(snapshot.granted, 0, granted, 0, granted.length);
        states = snapshot.states;
        overlayPages = snapshot.overlayPages;
        overlayVtls = snapshot.overlayVtls;
        overlayContents = snapshot.overlayContents;
        refresh();
    }

    private int overlayIndex(int vtl, long page) {
        for (int i = 0; i < overlayPages.length; i++) {
            if (overlayPages[i] == page && overlayVtls[i] == vtl) {
                return i;
            }
        }
        return -1;
    }

    private void refresh() {
        changes++;
        boolean any = false;
        for (int vtl = setBy.length - 1; vtl >= 0; vtl--) {
            restricted[vtl] = any || encryption.hardware() && vtl < setBy.length - 1;
            any |= setBy[vtl].enabled();
        }
    }

    /** Protections and overlays at one moment. */
    public static final class Snapshot {
        private final VtlProtections[] setBy;
        private final PageRuns[] granted;
        private final PageRuns states;
        private final long[] overlayPages;
        private final int[] overlayVtls;
        private final Bytes[] overlayContents;

        // Arrays are replaced, never changed in place, by setOverlay and removeOverlay.
        private Snapshot(
                VtlProtections[] setBy,
                PageRuns[] granted,
                PageRuns states,
                long[] overlayPages,
                int[] overlayVtls,
                Bytes[] overlayContents) {
            this.setBy = setBy;
            this.granted = granted;
            this.states = states;
            this.overlayPages = overlayPages;
            this.overlayVtls = overlayVtls;
            this.overlayContents = overlayContents;
        }
    }
}
