package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.Memory;
import java.util.function.BiFunction;
import java.util.function.ToLongBiFunction;

/** A structure of a shape of its own, shown by a function. */
record ListType(String name, String title, ToLongBiFunction<Memory, Long> size, BiFunction<Memory, Long, ViewNode> show)
        implements StructureType {
    /** A structure of fixed size. */
    ListType(String name, String title, long sizeBytes, BiFunction<Memory, Long, ViewNode> show) {
        this(name, title, (memory, gpa) -> sizeBytes, show);
    }

    @Override
    public long sizeBytes(Memory memory, long gpa) {
        return size.applyAsLong(memory, gpa);
    }

    @Override
    public ViewNode view(Memory memory, long gpa) {
        return show.apply(memory, gpa);
    }
}
