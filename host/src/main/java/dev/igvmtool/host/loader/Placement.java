package dev.igvmtool.host.loader;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.InitializationHeader;
import dev.igvmtool.format.header.PageTableRelocationRegion;
import dev.igvmtool.format.header.RelocatableRegion;
import dev.igvmtool.format.header.RequiredMemory;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.Vtl2Base;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where VTL2 goes: RAM with what a memory layout adds, relocation, and what the guest is told.
 *
 * @param ram all RAM, ascending
 * @param relocation how the VTL2 region moves, if it does
 * @param memoryMap what the guest is told
 * @param vtl2Base start of VTL2's region, after relocation; empty if the image says nothing of one
 */
record Placement(List<RamRange> ram, Optional<Relocation> relocation, GuestMemoryMap memoryMap, OptionalLong vtl2Base) {
    private static final long PAGE = 4096;
    private static final long TWO_MIB = 2L << 20;

    /** Where the physical addresses of x86 processors end. */
    private static final long MAX_ADDRESS = 1L << 52;

    /**
     * Decides.
     *
     * @throws LoadException if the image cannot stand where it should, or required memory is not there
     */
    static Placement decide(IgvmFile file, SupportedPlatform platform, VmConfig config) {
        return new Decision(Wishes.of(file, platform), platform, config).decide();
    }

    /**
     * The ranges of VTL2 as the file has them: what may move with its page tables, or what VTL2 protects.
     *
     * @throws LoadException if the image says nothing of VTL2's memory
     */
    static List<GpaRange> vtl2Ranges(IgvmFile file, SupportedPlatform platform) {
        Wishes wishes = Wishes.of(file, platform);
        List<GpaRange> ranges = new ArrayList<>();
        wishes.regions.stream().filter(RelocatableRegion::isVtl2).forEach(region -> ranges.add(region.range()));
        if (!ranges.isEmpty()) {
            wishes.tableRegions.forEach(tables -> ranges.add(tables.range()));
        } else {
            wishes.required.stream()
                    .filter(RequiredMemory::vtl2Protectable)
                    .forEach(memory -> ranges.add(checked(memory.gpa(), memory.numberOfBytes())));
        }
        if (ranges.isEmpty()) {
            throw new LoadException("the image says nothing of VTL2's memory, so VTL2 cannot be reloaded alone");
        }
        return ranges;
    }

    private static GpaRange checked(long start, long sizeBytes) {
        if (Long.compareUnsigned(start + sizeBytes, start) < 0) {
            throw new LoadException(
                    String.format("required memory of 0x%x bytes at 0x%x ends past 2^64", sizeBytes, start));
        }
        return GpaRange.ofSize(start, sizeBytes);
    }

    /** What the file says to the platform of places. */
    private record Wishes(
            List<RelocatableRegion> regions,
            List<PageTableRelocationRegion> tableRegions,
            List<RequiredMemory> required) {
        static Wishes of(IgvmFile file, SupportedPlatform platform) {
            List<RelocatableRegion> regions = new ArrayList<>();
            List<PageTableRelocationRegion> tableRegions = new ArrayList<>();
            for (InitializationHeader header : file.initializations()) {
                if (!header.appliesTo(platform.compatibilityMask())) {
                    continue;
                }
                if (header instanceof RelocatableRegion region) {
                    regions.add(region);
                } else if (header instanceof PageTableRelocationRegion tables) {
                    tableRegions.add(tables);
                }
            }
            List<RequiredMemory> required = new ArrayList<>();
            for (Directive directive : file.directives()) {
                if (directive instanceof RequiredMemory memory && memory.appliesTo(platform.compatibilityMask())) {
                    required.add(memory);
                }
            }
            return new Wishes(regions, tableRegions, required);
        }
    }

    private static final class Decision {
        private final SupportedPlatform platform;
        private final VmConfig config;
        private final List<RelocatableRegion> regions;
        private final List<PageTableRelocationRegion> tableRegions;
        private final List<RequiredMemory> required;
        private final List<RamRange> ram;

        Decision(Wishes wishes, SupportedPlatform platform, VmConfig config) {
            this.platform = platform;
            this.config = config;
            regions = wishes.regions;
            tableRegions = wishes.tableRegions;
            required = wishes.required;
            ram = new ArrayList<>(config.ram());
        }

        Placement decide() {
            Optional<Relocation> relocation = Optional.empty();
            Optional<GpaRange> layout = Optional.empty();
            if (config.vtl2Base() instanceof Vtl2Base.Absolute absolute) {
                relocation = Optional.of(relocateTo(absolute.address()));
            } else if (config.vtl2Base() instanceof Vtl2Base.MemoryLayout memoryLayout) {
                GpaRange range = layoutRange(memoryLayout);
                relocation = Optional.of(relocateTo(range.start()));
                layout = Optional.of(range);
                ram.add(new RamRange(range, 0));
            }
            checkRam();
            List<GpaRange> protectable = checkRequired(relocation);
            layout.ifPresent(protectable::add);
            if (config.vtl2Base() instanceof Vtl2Base.Vtl2Allocate) {
                protectable = List.of();
            }
            GuestMemoryMap map =
                    GuestMemoryMap.of(ram, config.vtl2ProtectableOverride().orElse(protectable));
            return new Placement(List.copyOf(ram), relocation, map, vtl2Base(relocation));
        }

        private OptionalLong vtl2Base(Optional<Relocation> relocation) {
            if (relocation.isPresent()) {
                return OptionalLong.of(relocation.get().region().relocationRegionGpa()
                        + relocation.get().offset());
            }
            return required.stream()
                    .filter(RequiredMemory::vtl2Protectable)
                    .mapToLong(RequiredMemory::gpa)
                    .findFirst();
        }

        private Relocation relocateTo(long base) {
            RelocatableRegion region = region();
            if (tableRegions.size() != 1) {
                throw new LoadException(
                        tableRegions.size() + " page table relocation regions, expected one to move the image");
            }
            PageTableRelocationRegion tables = tableRegions.get(0);
            if (region.vpIndex() != 0
                    || tables.vpIndex() != 0
                    || region.vtl() != platform.highestVtl()
                    || tables.vtl() != platform.highestVtl()) {
                throw new LoadException(String.format(
                        "relocation is for VP %d of VTL %d, page tables for VP %d of VTL %d, expected VP 0 of VTL %d",
                        region.vpIndex(), region.vtl(), tables.vpIndex(), tables.vtl(), platform.highestVtl()));
            }
            long size = region.relocationRegionSize();
            if (Long.remainderUnsigned(base, region.relocationAlignment()) != 0
                    || Long.compareUnsigned(base, region.minimumRelocationGpa()) < 0
                    || Long.compareUnsigned(base + size, base) < 0
                    || Long.compareUnsigned(base + size, region.maximumRelocationGpa()) > 0) {
                throw new LoadException(String.format(
                        "VTL2 cannot stand at 0x%x: 0x%x bytes aligned to 0x%x are expected within 0x%x-0x%x",
                        base,
                        size,
                        region.relocationAlignment(),
                        region.minimumRelocationGpa(),
                        region.maximumRelocationGpa()));
            }
            long offset = base - region.relocationRegionGpa();
            if (Long.compareUnsigned(base, region.relocationRegionGpa()) < 0) {
                throw new LoadException(
                        String.format("VTL2 cannot move down, from 0x%x to 0x%x", region.relocationRegionGpa(), base));
            }
            return new Relocation(region, tables, offset);
        }

        private RelocatableRegion region() {
            if (regions.size() != 1 || !regions.get(0).isVtl2()) {
                throw new LoadException(
                        regions.size() + " relocatable regions, expected one, of VTL2, to move the image");
            }
            long alignment = regions.get(0).relocationAlignment();
            if (Long.bitCount(alignment) != 1 || Long.compareUnsigned(alignment, PAGE) < 0) {
                throw new LoadException(String.format("relocation alignment 0x%x, expected a power of two", alignment));
            }
            return regions.get(0);
        }

        private GpaRange layoutRange(Vtl2Base.MemoryLayout layout) {
            RequiredMemory first = required.stream()
                    .filter(RequiredMemory::vtl2Protectable)
                    .findFirst()
                    .orElseThrow(() -> new LoadException("the image requires no memory that VTL2 can protect"));
            long size = layout.sizeBytes().orElse(first.numberOfBytes());
            if (size % TWO_MIB != 0 || Long.compareUnsigned(size, first.numberOfBytes()) < 0) {
                throw new LoadException(String.format(
                        "0x%x bytes for VTL2, expected a multiple of 2 MiB from 0x%x on", size, first.numberOfBytes()));
            }
            long start = layout.address().orElseGet(() -> freeAddress(size));
            if (Long.compareUnsigned(start + size, start) < 0) {
                throw new LoadException(String.format("0x%x bytes for VTL2 at 0x%x end past 2^64", size, start));
            }
            return GpaRange.ofSize(start, size);
        }

        /** First address above RAM and low device ranges that suits the relocatable region. */
        private long freeAddress(long size) {
            RelocatableRegion region = region();
            long alignment = region.relocationAlignment();
            long start = Math.max(region.minimumRelocationGpa(), region.relocationRegionGpa());
            List<GpaRange> taken = new ArrayList<>();
            config.ram().forEach(range -> taken.add(range.range()));
            taken.addAll(config.mmio().all());
            for (GpaRange range : GuestMemoryMap.flatten(taken)) {
                start = start + alignment - 1 & -alignment;
                if (GpaRange.ofSize(start, size).overlaps(range)) {
                    start = range.end();
                }
            }
            return start + alignment - 1 & -alignment;
        }

        private void checkRam() {
            ram.sort((a, b) -> Long.compareUnsigned(a.range().start(), b.range().start()));
            for (int i = 0; i < ram.size(); i++) {
                GpaRange range = ram.get(i).range();
                if (range.start() % PAGE != 0 || range.end() % PAGE != 0) {
                    throw new LoadException("RAM " + range + " is not made of whole pages");
                }
                if (Long.compareUnsigned(range.end(), MAX_ADDRESS) > 0) {
                    throw new LoadException(String.format("RAM %s ends past 0x%x", range, MAX_ADDRESS));
                }
                if (i > 0 && range.overlaps(ram.get(i - 1).range())) {
                    throw new LoadException(
                            "RAM " + range + " overlaps RAM " + ram.get(i - 1).range());
                }
            }
        }

        /** The protectable ranges, moved. Each range must lie within one range of RAM, as openvmm wants it. */
        private List<GpaRange> checkRequired(Optional<Relocation> relocation) {
            List<GpaRange> protectable = new ArrayList<>();
            for (RequiredMemory memory : required) {
                long start = relocation.map(r -> r.apply(memory.gpa())).orElse(memory.gpa());
                GpaRange range = checked(start, memory.numberOfBytes());
                if (!range.isEmpty()
                        && ram.stream().noneMatch(piece -> piece.range().contains(range))) {
                    throw missing(range);
                }
                if (memory.vtl2Protectable()) {
                    protectable.add(range);
                }
            }
            return protectable;
        }

        private LoadException missing(GpaRange range) {
            boolean covered = GuestMemoryMap.flatten(
                            ram.stream().map(RamRange::range).toList())
                    .stream()
                    .anyMatch(piece -> piece.contains(range));
            return new LoadException("the image requires memory " + range
                    + (covered
                            ? ", which lies in more than one range of RAM, expected one: give nodes more memory"
                            : ", which is not all RAM"));
        }
    }
}
