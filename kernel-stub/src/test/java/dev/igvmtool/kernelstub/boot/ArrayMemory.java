package dev.igvmtool.kernelstub.boot;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.Memory;

/** Memory of a test, from an address on; outside it there is nothing. */
public final class ArrayMemory implements Memory {
    private final long start;
    private final byte[] content;

    public ArrayMemory(long start, int size) {
        this.start = start;
        this.content = new byte[size];
    }

    @Override
    public void read(long address, byte[] target, int offset, int length) {
        System.arraycopy(content, index(address, length), target, offset, length);
    }

    @Override
    public void write(long address, byte[] source, int offset, int length) {
        System.arraycopy(source, offset, content, index(address, length), length);
    }

    private int index(long address, int length) {
        long index = address - start;
        if (index < 0 || index > content.length - length) {
            throw new FormatException(String.format("test memory does not reach 0x%x", address));
        }
        return (int) index;
    }
}
