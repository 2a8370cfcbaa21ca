package dev.igvmtool.host.hostile;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import dev.igvmtool.host.loader.Acceptance;
import dev.igvmtool.host.loader.LoadPlan;
import dev.igvmtool.host.loader.PageImport;
import dev.igvmtool.machine.memory.Encryption;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Partition;
import java.util.Optional;
import java.util.OptionalLong;

/** What a host can do to the pages of its guest, as far as the platform lets it. */
final class HostPages {
    private static final int PAGE = PhysicalMemory.PAGE_SIZE;
    private static final int PAGE_SHIFT = 12;

    private final Partition partition;
    private final LoadPlan loaded;

    HostPages(Partition partition, LoadPlan loaded) {
        this.partition = partition;
        this.loaded = loaded;
    }

    /** Does a deed; what came of it, in words. */
    String act(PagePlace place, PageDeed deed) {
        OptionalLong gpa = find(place);
        if (gpa.isEmpty() || !partition.physical().isRam(gpa.getAsLong())) {
            return "there is no such page";
        }
        long page = gpa.getAsLong() & -PAGE;
        String where = String.format(" at 0x%x", page);
        boolean isolated = partition.memory().encryption() != Encryption.NONE;
        boolean shared = partition.memory().pageState(page >>> PAGE_SHIFT) == PageState.SHARED;
        if (deed instanceof PageDeed.Write write) {
            if (isolated && !shared) {
                return "denied, the page" + where + " is private";
            }
            partition.physical().writeBytes(page + write.offset(), write.value());
            return "done" + where;
        }
        if (!isolated) {
            return "not done, a guest without isolation has no page" + where + " of its own";
        }
        switch ((PageDeed.Plain) deed) {
            case WITHHOLD -> set(page, PageState.WITHHELD);
            case REPLAY -> {
                partition.physical().writeBytes(page, asLoaded(page));
                set(page, PageState.UNACCEPTED);
            }
            case SHARE -> set(page, PageState.SHARED);
        }
        return "done" + where;
    }

    private void set(long page, PageState state) {
        partition.memory().setPageState(page >>> PAGE_SHIFT, (page >>> PAGE_SHIFT) + 1, state);
    }

    private OptionalLong find(PagePlace place) {
        if (place instanceof PagePlace.Gpa it) {
            return OptionalLong.of(it.gpa());
        }
        return switch ((PagePlace.Named) place) {
            case SHARED_IMPORT ->
                first(loaded.imports().stream()
                        .filter(it -> it.acceptance() == Acceptance.SHARED)
                        .findFirst());
            case DEVICE_TREE ->
                first(loaded.imports().stream()
                        .filter(it ->
                                loaded.hostTree().filter(it.content()::equals).isPresent())
                        .findFirst());
            case ENTRY -> loaded.entry();
            case FREE_MEMORY -> freeMemory();
        };
    }

    private static OptionalLong first(Optional<PageImport> pages) {
        return pages.map(it -> OptionalLong.of(it.gpa())).orElseGet(OptionalLong::empty);
    }

    private OptionalLong freeMemory() {
        for (MemoryEntry entry : loaded.memoryMap().entries()) {
            if (entry.igvmType() == MemoryEntry.VTL2_PROTECTABLE) {
                // The last page: images are laid out from the lowest address upwards.
                return OptionalLong.of(entry.range().end() - PAGE);
            }
        }
        return OptionalLong.empty();
    }

    private Bytes asLoaded(long page) {
        byte[] content = new byte[PAGE];
        GpaRange range = GpaRange.ofSize(page, PAGE);
        for (PageImport pages : loaded.imports()) {
            if (pages.range().overlaps(range)) {
                int from = (int) (page - pages.gpa());
                int length = Math.max(0, Math.min(PAGE, pages.content().size() - from));
                pages.content().copyTo(Math.min(from, pages.content().size()), content, 0, length);
            }
        }
        return Bytes.wrap(content);
    }
}
