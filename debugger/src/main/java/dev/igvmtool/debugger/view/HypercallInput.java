package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.hv.HypercallCode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The input of a hypercall, in memory.
 *
 * @param count elements of its list, 0 where it has none
 */
record HypercallInput(HypercallCode code, int count) implements StructureType {
    /** The inputs of all calls whose form is known; lists with one element. */
    static List<StructureType> all() {
        return Arrays.stream(HypercallCode.values())
                .filter(code -> HypercallForm.of(code).isKnown())
                .<StructureType>map(code -> new HypercallInput(code, 1))
                .toList();
    }

    @Override
    public String name() {
        return code.callName().replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT) + "-input";
    }

    @Override
    public String title() {
        return "input of hypercall " + code.callName();
    }

    @Override
    public long sizeBytes(Memory memory, long gpa) {
        return HypercallForm.of(code).inputBytes(count);
    }

    @Override
    public ViewNode view(Memory memory, long gpa) {
        int size = HypercallForm.of(code).inputBytes(count);
        return ViewNode.structure(name(), "", gpa, size, HypercallForm.of(code).input(memory, gpa, size));
    }
}
