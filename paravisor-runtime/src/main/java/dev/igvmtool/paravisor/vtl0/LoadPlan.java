package dev.igvmtool.paravisor.vtl0;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.RegisterAssociation;
import java.util.List;

/**
 * What is done to start VTL0.
 *
 * @param description for the log
 * @param writes to VTL0 memory, in order
 * @param registers of VP 0 in VTL0, in order
 */
public record LoadPlan(String description, List<Write> writes, List<RegisterAssociation> registers) {
    /** One piece of memory to write. */
    public record Write(String what, long gpa, Bytes content) {
        /** The addresses written. */
        public GpaRange range() {
            return GpaRange.ofSize(gpa, content.size());
        }
    }

    public LoadPlan {
        writes = List.copyOf(writes);
        registers = List.copyOf(registers);
    }
}
