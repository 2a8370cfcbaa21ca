package dev.igvmtool.host.acpi;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import java.util.List;

/** System Locality Information Table: how far nodes are from each other. Specification: ACPI 6.5, section 5.2.17. */
public final class Slit {
    /** Distance of a node from itself. */
    public static final int LOCAL = 10;

    /** A node that cannot be reached. */
    public static final int UNREACHABLE = 255;

    private static final int REVISION = 1;

    private Slit() {}

    /**
     * The table.
     *
     * @param distances one row for each node, one element for each node, from {@link #LOCAL} to {@link #UNREACHABLE}
     */
    public static Bytes of(List<List<Integer>> distances) {
        ByteWriter table = AcpiTable.start("SLIT", REVISION).u64(distances.size());
        distances.forEach(row -> row.forEach(table::u8));
        return AcpiTable.finish(table);
    }
}
