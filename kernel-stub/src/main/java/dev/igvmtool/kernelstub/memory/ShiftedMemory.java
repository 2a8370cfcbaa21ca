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

    @Override
    public void zero(long address, long length) {
        memory.zero(address + distance, length);
    }

    @Override
    public int readU8(long address) {
        return memory.readU8(address + distance);
    }

    @Override
    public int readU16(long address) {
        return memory.readU16(address + distance);
    }

    @Override
    public long readU32(long address) {
        return memory.readU32(address + distance);
    }

    @Override
    public long readU64(long address) {
        return memory.readU64(address + distance);
    }

    @Override
    public void writeU8(long address, int value) {
        memory.writeU8(address + distance, value);
    }

    @Override
    public void writeU16(long address, int value) {
        memory.writeU16(address + distance, value);
    }

    @Override
    public void writeU32(long address, long value) {
        memory.writeU32(address + distance, value);
    }

    @Override
    public void writeU64(long address, long value) {
        memory.writeU64(address + distance, value);
    }
}
