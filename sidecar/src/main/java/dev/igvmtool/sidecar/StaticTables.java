package dev.igvmtool.sidecar;

import dev.igvmtool.abi.sidecar.SidecarLimits;

/** The page tables of the called VP, part of the image. */
final class StaticTables {
    private StaticTables() {}

    /** Writes the tables for the image at its physical address; the four pages must be zero. */
    static void write(Statics statics) {
        long physical = statics.physicalBase();
        put(statics, Statics.PML4, AddressSpace.PML4_INDEX, physical + Statics.PDPT | AddressSpace.TABLE);
        put(statics, Statics.PDPT, 0, physical + Statics.PD | AddressSpace.TABLE);
        put(statics, Statics.PD, 0, physical | AddressSpace.IMAGE);
        put(statics, Statics.PD, 1, physical + Statics.PT | AddressSpace.TABLE);
        put(statics, Statics.PT, AddressSpace.SELF, physical + Statics.PT | AddressSpace.DATA);
        put(statics, Statics.PT, AddressSpace.HYPERCALL_INPUT, physical + Statics.HYPERCALL_INPUT | AddressSpace.DATA);
        put(
                statics,
                Statics.PT,
                AddressSpace.HYPERCALL_OUTPUT,
                physical + Statics.HYPERCALL_OUTPUT | AddressSpace.DATA);
        for (int page = 0; page < Statics.STACK_PAGES; page++) {
            long stack = physical + Statics.STACK + (long) page * SidecarLimits.PAGE_BYTES;
            int index = AddressSpace.ENTRIES - Statics.STACK_PAGES + page;
            put(statics, Statics.PT, index, stack | AddressSpace.DATA);
        }
    }

    private static void put(Statics statics, long table, int index, long value) {
        statics.memory().writeU64(statics.address(table) + (long) index * Long.BYTES, value);
    }
}
