package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.Memory;

/** Bytes that are no longer in memory, to be looked at as if they were at address 0. */
record BufferMemory(Bytes content) implements Memory {
    @Override
    public void read(long address, byte[] target, int offset, int length) {
        if (address < 0 || address > content.size() - length) {
            throw new FormatException(String.format(
                    "0x%x bytes at 0x%x do not lie in a buffer of 0x%x", length, address, content.size()));
        }
        content.copyTo((int) address, target, offset, length);
    }

    @Override
    public void write(long address, byte[] source, int offset, int length) {
        throw new UnsupportedOperationException("what is over cannot be changed");
    }
}
