package dev.igvmtool.sidecar;

import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.sidecar.Statics.Place;

/** The registers with which a VP starts, and the descriptors that they name. */
final class StartContext {
    static final int CODE_SELECTOR = 0x10;
    private static final int DATA_SELECTOR = 0x18;

    private static final int GDT_ENTRIES = 4;
    private static final long CODE_DESCRIPTOR = 0x00af_9b00_0000_ffffL;
    private static final long DATA_DESCRIPTOR = 0x00cf_9300_0000_ffffL;

    private static final long FLAT_LIMIT = 0xffff_ffffL;
    private static final int CODE_ATTRIBUTES = 0xa09b;
    private static final int DATA_ATTRIBUTES = 0xc093;
    private static final int BUSY_TSS = 0x008b;
    private static final long TSS_LIMIT = 0xffff;

    private static final long RFLAGS = 2;
    /** Long mode enabled and active, no-execute enabled. */
    private static final long EFER = 0xd00;
    /** Paging, numeric errors, protection. */
    private static final long CR0 = 0x8000_0021L;
    /** FXSAVE, machine checks, physical-address extension. */
    private static final long CR4 = 0x260;

    private static final long PAT = 0x0007_0406_0007_0406L;

    private StartContext() {}

    /** Writes the GDT: two null entries, code, data. */
    static void writeGdt(Statics statics) {
        long gdt = statics.address(Place.GDT);
        statics.memory().writeU64(gdt + CODE_SELECTOR, CODE_DESCRIPTOR);
        statics.memory().writeU64(gdt + DATA_SELECTOR, DATA_DESCRIPTOR);
    }

    /**
     * The context of one VP.
     *
     * @param statics in the address space of the VPs
     * @param rip first step
     * @param cr3 GPA of its PML4
     */
    static InitialVpContext of(Statics statics, long rip, long cr3) {
        SegmentValue data = new SegmentValue(0, FLAT_LIMIT, DATA_SELECTOR, DATA_ATTRIBUTES);
        return new InitialVpContext(
                rip,
                AddressSpace.STACK_TOP - Long.BYTES,
                RFLAGS,
                new SegmentValue(0, FLAT_LIMIT, CODE_SELECTOR, CODE_ATTRIBUTES),
                data,
                data,
                data,
                data,
                data,
                new SegmentValue(0, TSS_LIMIT, 0, BUSY_TSS),
                SegmentValue.NULL,
                new TableValue(Interrupts.IDT_BYTES - 1, statics.address(Place.IDT)),
                new TableValue(GDT_ENTRIES * Long.BYTES - 1, statics.address(Place.GDT)),
                EFER,
                CR0,
                cr3,
                CR4,
                PAT);
    }
}
