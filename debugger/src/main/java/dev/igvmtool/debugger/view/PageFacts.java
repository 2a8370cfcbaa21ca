package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PartitionMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * What the platform says of a page.
 *
 * @param gpa of the page
 * @param ram whether it is RAM
 * @param state to whom it belongs
 * @param allowed by VTL, what the VTL may do: {@code rwx}, with a dash for what it may not
 */
public record PageFacts(long gpa, boolean ram, PageState state, List<String> allowed) {
    private static final long PAGE_MASK = -4096;

    public PageFacts {
        allowed = List.copyOf(allowed);
    }

    /** The page of an address at the present moment. */
    public static PageFacts of(Machine machine, long gpa) {
        PartitionMemory memory = machine.partition().memory();
        List<String> allowed = new ArrayList<>();
        for (int vtl = 0; vtl < machine.partition().vtlCount(); vtl++) {
            allowed.add(letters(memory.allowed(vtl, gpa >>> 12)));
        }
        return new PageFacts(
                gpa & PAGE_MASK, machine.physicalMemory().isRam(gpa), memory.pageState(gpa >>> 12), allowed);
    }

    private static String letters(int mask) {
        String execute = (mask & GpaProtection.KERNEL_EXECUTE) != 0
                ? (mask & GpaProtection.USER_EXECUTE) != 0 ? "x" : "k"
                : (mask & GpaProtection.USER_EXECUTE) != 0 ? "u" : "-";
        return ((mask & GpaProtection.READ) != 0 ? "r" : "-")
                + ((mask & GpaProtection.WRITE) != 0 ? "w" : "-")
                + execute;
    }

    /** One line. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format("page 0x%x: ", gpa));
        text.append(ram ? "RAM" : "not RAM").append(", ").append(state.name().toLowerCase(java.util.Locale.ROOT));
        for (int vtl = 0; vtl < allowed.size(); vtl++) {
            text.append(", VTL").append(vtl).append(' ').append(allowed.get(vtl));
        }
        return text.toString();
    }
}
