package dev.igvmtool.abi.binary;

/** The interface's own code over a plain array. */
public final class ArrayMemory implements Memory {
    private final byte[] content;

    public ArrayMemory(int sizeBytes) {
        content = new byte[sizeBytes];
    }

    @Override
    public void read(long address, byte[] target, int offset, int length) {
        System.arraycopy(content, (int) address, target, offset, length);
    }

    @Override
    public void write(long address, byte[] source, int offset, int length) {
        System.arraycopy(source, offset, content, (int) address, length);
    }
}
