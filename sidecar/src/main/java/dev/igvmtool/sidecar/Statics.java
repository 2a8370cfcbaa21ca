package dev.igvmtool.sidecar;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.machine.guest.Cpu;

/**
 * The static data of the image, shared by all VPs: a view, by the address at which the image is executed. The image
 * file of the real sidecar holds the tables initialised; here the entry writes them, whatever the file holds.
 *
 * @param memory of the VP
 * @param base address of the image in that memory
 * @param placement of the statics
 */
record Statics(Memory memory, long base, SidecarPlacement placement) {
    static final int STACK_PAGES = 4;

    private static final boolean KEPT = true;
    private static final boolean SCRATCH = false;

    /** Places in the image. In the reference's shape the first six pages lie in the data, the others in the bss. */
    enum Place {
        PML4(0xf000, SCRATCH, 0),
        PDPT(0x1_0000, SCRATCH, 0x1000),
        PD(0x1_1000, SCRATCH, 0x2000),
        PT(0x1_2000, SCRATCH, 0x3000),
        HYPERCALL_INPUT(0x1_3000, SCRATCH, 0x4000),
        HYPERCALL_OUTPUT(0x1_4000, SCRATCH, 0x5000),
        HYPERCALL_CODE(0x1_5000, KEPT, 0),
        STACK(0x1_6000, SCRATCH, 0x6000),
        GDT(0x1_a000, KEPT, 0x1000),
        IDT(0x1_a020, KEPT, 0x1020),
        NODES(0x1_a230, KEPT, 0x1230),
        VARIABLES(0x1_ac30, KEPT, 0x1c30);

        private final long reference;
        private final boolean kept;
        private final long inBlock;

        Place(long reference, boolean kept, long inBlock) {
            this.reference = reference;
            this.kept = kept;
            this.inBlock = inBlock;
        }
    }

    private static final int NODE_BYTES = 20;

    private static final long CALLER_CR3 = 0x00;
    private static final long CALLER_RSP = 0x08;
    private static final long CALLER_TABLE_ENTRY = 0x10;
    private static final long PHYSICAL_BASE = 0x18;
    private static final long NODE_COUNT = 0x20;
    private static final long VTL_RETURN_OFFSET = 0x24;
    private static final long DR6_SHARED = 0x28;
    private static final long CRASH_TEXT_ALLOWED = 0x29;
    private static final long LOGGING = 0x2a;
    private static final long AFTER_INIT = 0x2b;

    /** The statics of the running image, in the address space in which it runs now. */
    static Statics of(Cpu cpu) {
        SidecarPlacement placement = cpu.memory().read(SidecarPlacement.CODEC, cpu.constants());
        return new Statics(cpu.memory(), cpu.origin() - placement.entryOffset(), placement);
    }

    /** Empties all of them; on the caller's identity map, by which those outside the image are reached. */
    void clear() {
        if (placement.isReference()) {
            memory.zero(
                    base + SidecarPlacement.REFERENCE_START,
                    SidecarPlacement.REFERENCE_END - SidecarPlacement.REFERENCE_START);
        } else {
            memory.zero(base + placement.kept(), SidecarPlacement.KEPT_BYTES);
            memory.zero(base + placement.scratch(), SidecarPlacement.SCRATCH_BYTES);
        }
    }

    /** Offset of a place from the start of the image. */
    long offset(Place place) {
        if (placement.isReference()) {
            return place.reference;
        }
        return (place.kept ? placement.kept() : placement.scratch()) + place.inBlock;
    }

    /** Address of a place. */
    long address(Place place) {
        return base + offset(place);
    }

    /** GPA of a place. */
    long physical(Place place) {
        return physicalBase() + offset(place);
    }

    private long variable(long offset) {
        return address(Place.VARIABLES) + offset;
    }

    /** Page-table root of the caller. */
    long callerCr3() {
        return memory.readU64(variable(CALLER_CR3));
    }

    void setCallerCr3(long value) {
        memory.writeU64(variable(CALLER_CR3), value);
    }

    /** Stack pointer of the caller, below the saved registers. */
    long callerRsp() {
        return memory.readU64(variable(CALLER_RSP));
    }

    void setCallerRsp(long value) {
        memory.writeU64(variable(CALLER_RSP), value);
    }

    /** The entry of the caller's PML4 that the sidecar borrows. */
    long callerTableEntry() {
        return memory.readU64(variable(CALLER_TABLE_ENTRY));
    }

    void setCallerTableEntry(long value) {
        memory.writeU64(variable(CALLER_TABLE_ENTRY), value);
    }

    /** GPA of the image. */
    long physicalBase() {
        return memory.readU64(variable(PHYSICAL_BASE));
    }

    void setPhysicalBase(long value) {
        memory.writeU64(variable(PHYSICAL_BASE), value);
    }

    int nodeCount() {
        return (int) memory.readU32(variable(NODE_COUNT));
    }

    void setNodeCount(int value) {
        memory.writeU32(variable(NODE_COUNT), value);
    }

    /** Offset of the VTL-return sequence in the hypercall page. */
    long vtlReturnOffset() {
        return memory.readU32(variable(VTL_RETURN_OFFSET));
    }

    void setVtlReturnOffset(long value) {
        memory.writeU32(variable(VTL_RETURN_OFFSET), value);
    }

    boolean dr6Shared() {
        return flag(DR6_SHARED);
    }

    void setDr6Shared(boolean value) {
        setFlag(DR6_SHARED, value);
    }

    boolean crashTextAllowed() {
        return flag(CRASH_TEXT_ALLOWED);
    }

    void setCrashTextAllowed(boolean value) {
        setFlag(CRASH_TEXT_ALLOWED, value);
    }

    boolean logging() {
        return flag(LOGGING);
    }

    void setLogging(boolean value) {
        setFlag(LOGGING, value);
    }

    boolean afterInit() {
        return flag(AFTER_INIT);
    }

    void setAfterInit(boolean value) {
        setFlag(AFTER_INIT, value);
    }

    /** Start-up record of a node. */
    NodeLayout node(int index) {
        long record = nodeAddress(index);
        return new NodeLayout(memory.readU64(record), memory.readU32(record + 8), memory.readU32(record + 12));
    }

    /** Stores the start-up record of a node; VP 1 is the first to be claimed. */
    void setNode(int index, NodeLayout node) {
        long record = nodeAddress(index);
        memory.writeU64(record, node.memoryBase());
        memory.writeU32(record + 8, node.baseVp());
        memory.writeU32(record + 12, node.vpCount());
        memory.writeU32(record + 16, 1);
    }

    /** Takes the next VP of a node, by index in the node; numbers go on past the last VP. */
    long claimNextVp(int index) {
        long counter = nodeAddress(index) + 16;
        long next = memory.readU32(counter);
        memory.writeU32(counter, next + 1);
        return next;
    }

    private long nodeAddress(int index) {
        return address(Place.NODES) + (long) index * NODE_BYTES;
    }

    private boolean flag(long offset) {
        return memory.readU8(variable(offset)) != 0;
    }

    private void setFlag(long offset, boolean value) {
        memory.writeU8(variable(offset), value ? 1 : 0);
    }
}
