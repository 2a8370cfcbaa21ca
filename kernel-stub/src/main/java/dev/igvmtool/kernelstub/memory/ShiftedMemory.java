package dev.igvmtool.kernelstub.memory;

import dev.igvmtool.abi.binary.Memory;

/**
 * Physical memory through a map of all of it at a fixed distance: the direct map, or with distance 0 the identity map of
 * the boot loader.
 *
 * @param memory by virtual address
 * @param distance virtual minus physical address
 */
public record ShiftedMemory(Memory memory, long distance) implements Memory {
    @Override
    public void read(long address, byte[] target, int offset, int length) {
        memory.read(address + distance, target, offset, length);
    }

    @Override
    public void write(long address, byte[] source, int offset, int length) {
        memory.write(address + distance, source, offset, length);
    }
}
