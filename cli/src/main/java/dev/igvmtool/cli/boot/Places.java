package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.debugger.view.ShimImage;
import dev.igvmtool.machine.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Names of ranges of guest memory, so that a timeline can say what was read and not only where. */
final class Places {
    private static final long PAGE = 4096;

    /** Header and payload; the rest of the region is ordinary memory after boot. */
    private static final long PERSISTED_PAGES = 20;

    private final List<Place> places = new ArrayList<>();

    /** The address space cut where a name begins or ends, ascending; asked for every access of a boot. */
    private List<Piece> pieces = List.of(new Piece(0, Optional.empty()));

    private record Place(String name, GpaRange range) {}

    /** Addresses from {@code start} up to the next piece. */
    private record Piece(long start, Optional<String> name) {}

    /** The parts of an OpenHCL image, as its {@link ShimParams} place them. */
    static Places ofImage(ShimImage shim, Machine machine) {
        ShimParams params = shim.params();
        long shimBase = shim.shimBase();
        Places places = new Places();
        places.add("shim", shimBase, shim.pages(machine).size());
        places.add("shim parameters", shim.paramsGpa(), PAGE);
        places.add("measured command line", shimBase + params.commandLineOffset(), PAGE);
        places.add("initrd", shimBase + params.initrdOffset(), params.initrdSize());
        places.add("sidecar image", shimBase + params.sidecarOffset(), params.sidecarSize());
        places.add("shim log", shimBase + params.logBufferStart(), params.logBufferSize());
        places.add("shim heap", shimBase + params.heapStartOffset(), params.heapSize());
        places.add(
                "persisted state",
                shimBase + params.persistedStateRegionOffset(),
                Math.min(params.persistedStateRegionSize(), PERSISTED_PAGES * PAGE));
        long region = shimBase + params.parameterRegionOffset();
        places.page("SLIT", region, ParameterRegion.SLIT_PAGE, ParameterRegion.SLIT_PAGE_COUNT);
        places.page("PPTT", region, ParameterRegion.PPTT_PAGE, ParameterRegion.PPTT_PAGE_COUNT);
        places.page("host tree", region, ParameterRegion.DEVICE_TREE_PAGE, ParameterRegion.DEVICE_TREE_PAGE_COUNT);
        places.page("imported regions", region, ParameterRegion.IMPORTED_REGIONS_PAGE, 1);
        places.page("measured VTL2 configuration", region, ParameterRegion.MEASURED_CONFIG_PAGE, 1);
        return places;
    }

    /** What the shim leaves for the kernel. */
    void addHandoff(Handoff handoff) {
        handoff.zeroPage().ifPresent(page -> add("zero page", page.gpa(), PAGE));
        handoff.kernelTree().ifPresent(tree -> add("kernel tree", handoff.kernelTreeGpa(), tree.size()));
    }

    private void page(String name, long region, long firstPage, long pageCount) {
        add(name, region + firstPage * PAGE, pageCount * PAGE);
    }

    /** Gives a range a name; smaller ranges win over larger ones. Ranges without sense are left out. */
    void add(String name, long start, long sizeBytes) {
        if (start >= 0 && sizeBytes > 0 && start + sizeBytes > start) {
            places.add(new Place(name, GpaRange.ofSize(start, sizeBytes)));
            places.sort((a, b) -> Long.compare(a.range.size(), b.range.size()));
            pieces = pieces();
        }
    }

    private List<Piece> pieces() {
        TreeSet<Long> starts = new TreeSet<>(Set.of(0L));
        for (Place place : places) {
            starts.add(place.range.start());
            starts.add(place.range.end());
        }
        return starts.stream().map(start -> new Piece(start, smallestAt(start))).toList();
    }

    private Optional<String> smallestAt(long gpa) {
        return places.stream()
                .filter(place -> place.range.contains(gpa))
                .map(Place::name)
                .findFirst();
    }

    /** Name of the smallest named range around an address. */
    Optional<String> nameOf(long gpa) {
        int low = 0;
        int high = pieces.size();
        while (high - low > 1) {
            int middle = (low + high) / 2;
            if (pieces.get(middle).start <= gpa) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return pieces.get(low).name;
    }
}
