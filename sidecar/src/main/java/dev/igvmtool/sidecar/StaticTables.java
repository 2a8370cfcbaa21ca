package dev.igvmtool.sidecar;

import dev.igvmtool.abi.sidecar.SidecarLimits;
import dev.igvmtool.sidecar.Statics.Place;

/** The page tables of the called VP, part of the image. */
final class StaticTables {
    private StaticTables() {}

    /** Writes the tables for the image at its physical address; the four pages must be zero. */
    static void write(Statics statics) {
        put(statics, Place.PML4, AddressSpace.PML4_INDEX, statics.physical(Place.PDPT) | AddressSpace.TABLE);
        put(statics, Place.PDPT, 0, statics.physical(Place.PD) | AddressSpace.TABLE);
        put(statics, Place.PD, 0, statics.physicalBase() | AddressSpace.IMAGE);
        put(statics, Place.PD, 1, statics.physical(Place.PT) | AddressSpace.TABLE);
        data(statics, AddressSpace.SELF, statics.physical(Place.PT));
        data(statics, AddressSpace.HYPERCALL_INPUT, statics.physical(Place.HYPERCALL_INPUT));
        data(statics, AddressSpace.HYPERCALL_OUTPUT, statics.physical(Place.HYPERCALL_OUTPUT));
        for (int page = 0; page < Statics.STACK_PAGES; page++) {
            int index = AddressSpace.ENTRIES - Statics.STACK_PAGES + page;
            data(statics, index, statics.physical(Place.STACK) + (long) page * SidecarLimits.PAGE_BYTES);
        }
    }

    private static void data(Statics statics, int index, long gpa) {
        put(statics, Place.PT, index, gpa | AddressSpace.DATA);
    }

    private static void put(Statics statics, Place table, int index, long value) {
        statics.memory().writeU64(statics.address(table) + (long) index * Long.BYTES, value);
    }
}
