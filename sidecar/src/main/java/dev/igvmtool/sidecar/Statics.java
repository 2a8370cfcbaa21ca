package dev.igvmtool.sidecar;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.machine.guest.Cpu;

/**
 * The static data of the image, shared by all VPs: a view, by the address at which the image is executed. The image
 * file of the real sidecar holds the tables initialised; here the entry writes them, whatever the file holds.
 *
 * @param memory of the VP
 * @param base address of the image in that memory
 */
record Statics(Memory memory, long base) {
    /** Offsets in the image. The first six pages lie in the data, the others in the bss of the real sidecar. */
    static final long START = 0xf000;

    static final long PML4 = 0xf000;
    static final long PDPT = 0x1_0000;
    static final long PD = 0x1_1000;
    static final long PT = 0x1_2000;
    static final long HYPERCALL_INPUT = 0x1_3000;
    static final long HYPERCALL_OUTPUT = 0x1_4000;
    static final long HYPERCALL_CODE = 0x1_5000;
    static final long STACK = 0x1_6000;
    static final int STACK_PAGES = 4;
    static final long GDT = 0x1_a000;
    static final long IDT = 0x1_a020;
    private static final long NODES = 0x1_a230;
    private static final long VARIABLES = 0x1_ac30;
    /** First offset past the image: where the bss of the real sidecar ends. */
    static final long END = 0x1_ae32;

    private static final int NODE_BYTES = 20;

    private static final long CALLER_CR3 = VARIABLES;
    private static final long CALLER_RSP = VARIABLES + 0x08;
    private static final long CALLER_TABLE_ENTRY = VARIABLES + 0x10;
    private static final long PHYSICAL_BASE = VARIABLES + 0x18;
    private static final long NODE_COUNT = VARIABLES + 0x20;
    private static final long VTL_RETURN_OFFSET = VARIABLES + 0x24;
    private static final long DR6_SHARED = VARIABLES + 0x28;
    private static final long CRASH_TEXT_ALLOWED = VARIABLES + 0x29;
    private static final long LOGGING = VARIABLES + 0x2a;
    private static final long AFTER_INIT = VARIABLES + 0x2b;

    /** The statics of the running image, in the address space in which it runs now. */
    static Statics of(Cpu cpu) {
        return new Statics(cpu.memory(), new Sidecar().layout().base(cpu));
    }

    void clear() {
        memory.zero(base + START, END - START);
    }

    /** Address of an offset of the image. */
    long address(long offset) {
        return base + offset;
    }

    /** Page-table root of the caller. */
    long callerCr3() {
        return memory.readU64(base + CALLER_CR3);
    }

    void setCallerCr3(long value) {
        memory.writeU64(base + CALLER_CR3, value);
    }

    /** Stack pointer of the caller, below the saved registers. */
    long callerRsp() {
        return memory.readU64(base + CALLER_RSP);
    }

    void setCallerRsp(long value) {
        memory.writeU64(base + CALLER_RSP, value);
    }

    /** The entry of the caller's PML4 that the sidecar borrows. */
    long callerTableEntry() {
        return memory.readU64(base + CALLER_TABLE_ENTRY);
    }

    void setCallerTableEntry(long value) {
        memory.writeU64(base + CALLER_TABLE_ENTRY, value);
    }

    /** GPA of the image. */
    long physicalBase() {
        return memory.readU64(base + PHYSICAL_BASE);
    }

    void setPhysicalBase(long value) {
        memory.writeU64(base + PHYSICAL_BASE, value);
    }

    int nodeCount() {
        return (int) memory.readU32(base + NODE_COUNT);
    }

    void setNodeCount(int value) {
        memory.writeU32(base + NODE_COUNT, value);
    }

    /** Offset of the VTL-return sequence in the hypercall page. */
    long vtlReturnOffset() {
        return memory.readU32(base + VTL_RETURN_OFFSET);
    }

    void setVtlReturnOffset(long value) {
        memory.writeU32(base + VTL_RETURN_OFFSET, value);
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
        return base + NODES + (long) index * NODE_BYTES;
    }

    private boolean flag(long offset) {
        return memory.readU8(base + offset) != 0;
    }

    private void setFlag(long offset, boolean value) {
        memory.writeU8(base + offset, value ? 1 : 0);
    }
}
