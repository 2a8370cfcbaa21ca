package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.Memory;

/**
 * Bytes whose inside has no declaration here.
 *
 * @param size of the area
 */
record PlainType(long size) implements StructureType {
    private static final int SHOWN = 256;

    @Override
    public String name() {
        return "bytes";
    }

    @Override
    public String title() {
        return Text.size(size);
    }

    @Override
    public long sizeBytes(Memory memory, long gpa) {
        return size;
    }

    @Override
    public ViewNode view(Memory memory, long gpa) {
        String text = Text.size(size) + ": " + Text.bytes(memory.readBytes(gpa, (int) Math.min(size, SHOWN)));
        return ViewNode.text(name(), text, gpa, size);
    }
}
