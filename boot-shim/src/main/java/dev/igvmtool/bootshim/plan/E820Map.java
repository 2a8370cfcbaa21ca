package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.shim.MemoryVtlType;
import java.util.List;

/**
 * The memory map for the kernel: memory of VTL2 only. Follows openhcl_boot/src/arch/x86_64/address_space.rs.
 *
 * @param entries ascending
 */
public record E820Map(List<E820Entry> entries) {
    /** Entries that zero page and extension hold together. */
    public static final int MAX_ENTRIES = 640;

    public E820Map {
        entries = List.copyOf(entries);
    }

    /**
     * One entry for each run of one type; types are not merged even where both are reserved.
     *
     * @throws ShimFatalException if there are more than {@link #MAX_ENTRIES}
     */
    public static E820Map of(AddressSpace space) {
        List<E820Entry> entries = space.typed().stream()
                .map(piece -> new E820Entry(
                        piece.range().start(),
                        piece.range().size(),
                        piece.type() == MemoryVtlType.VTL2_RAM ? E820Entry.RAM : E820Entry.RESERVED))
                .toList();
        if (entries.size() > MAX_ENTRIES) {
            throw new ShimFatalException(String.format(
                    "the memory map has %d entries, zero page and extension hold %d", entries.size(), MAX_ENTRIES));
        }
        return new E820Map(entries);
    }

    /** What the zero page has no room for. */
    public List<E820Entry> extension() {
        return entries.subList(Math.min(entries.size(), BootParams.MAX_E820_ENTRIES), entries.size());
    }
}
