package dev.igvmtool.sidecar;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.machine.guest.Cpu;

/**
 * What one VP knows about itself, in a private page of its own: a view.
 *
 * @param memory of the VP
 * @param address of the page in that memory
 */
record Globals(Memory memory, long address) {
    private static final int VP_INDEX = 0;
    private static final int INDEX_IN_NODE = 4;
    private static final int OVERLAYS_MAPPED = 8;
    private static final int REGISTER_PAGE_MAPPED = 9;

    /** The running VP's own. */
    static Globals of(Cpu cpu) {
        return new Globals(cpu.memory(), AddressSpace.address(AddressSpace.GLOBALS));
    }

    /** Writes all fields of a VP that is about to start. */
    void initialize(long vpIndex, long indexInNode) {
        memory.writeU32(address + VP_INDEX, vpIndex);
        memory.writeU32(address + INDEX_IN_NODE, indexInNode);
        memory.writeU8(address + OVERLAYS_MAPPED, 0);
        memory.writeU8(address + REGISTER_PAGE_MAPPED, 0);
    }

    long vpIndex() {
        return memory.readU32(address + VP_INDEX);
    }

    long indexInNode() {
        return memory.readU32(address + INDEX_IN_NODE);
    }

    /** Whether assist page and register page were offered to the hypervisor. */
    boolean overlaysMapped() {
        return memory.readU8(address + OVERLAYS_MAPPED) != 0;
    }

    void setOverlaysMapped(boolean value) {
        memory.writeU8(address + OVERLAYS_MAPPED, value ? 1 : 0);
    }

    /** Whether the hypervisor took the register page. */
    boolean registerPageMapped() {
        return memory.readU8(address + REGISTER_PAGE_MAPPED) != 0;
    }

    void setRegisterPageMapped(boolean value) {
        memory.writeU8(address + REGISTER_PAGE_MAPPED, value ? 1 : 0);
    }
}
