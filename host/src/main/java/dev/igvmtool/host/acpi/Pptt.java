package dev.igvmtool.host.acpi;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;

/**
 * Processor Properties Topology Table: which processors are threads of one core, and which cores share a package. Caches
 * are left out. Specification: ACPI 6.5, section 5.2.30, of which nothing newer than revision 2 is used.
 */
public final class Pptt {
    private static final int REVISION = 2;
    private static final int NODE_BYTES = 20;
    private static final int NO_PARENT = 0;

    private static final int PHYSICAL_PACKAGE = 1;
    private static final int UID_VALID = 1 << 1;
    private static final int THREAD = 1 << 2;
    private static final int LEAF = 1 << 3;
    private static final int IDENTICAL = 1 << 4;

    /** How processors are packed, in VP index order. */
    public record Packing(int threadsPerCore, int coresPerPackage) {}

    private Pptt() {}

    /** The table. ACPI processor UIDs are the VP indexes plus 1. */
    public static Bytes of(int processorCount, Packing packing) {
        ByteWriter table = AcpiTable.start("PPTT", REVISION);
        int perPackage = packing.threadsPerCore * packing.coresPerPackage;
        int parent = NO_PARENT;
        int core = NO_PARENT;
        for (int index = 0; index < processorCount; index++) {
            if (index % perPackage == 0) {
                parent = node(table, PHYSICAL_PACKAGE | IDENTICAL, NO_PARENT, 0);
            }
            if (packing.threadsPerCore == 1) {
                node(table, UID_VALID | LEAF, parent, index + 1);
                continue;
            }
            if (index % packing.threadsPerCore == 0) {
                core = node(table, IDENTICAL, parent, 0);
            }
            node(table, UID_VALID | THREAD | LEAF, core, index + 1);
        }
        return AcpiTable.finish(table);
    }

    /** A processor hierarchy node without private resources; its offset is by what others call it their parent. */
    private static int node(ByteWriter table, int flags, int parent, int uid) {
        int offset = table.size();
        table.u8(0).u8(NODE_BYTES).u16(0).u32(flags).u32(parent).u32(uid).u32(0);
        return offset;
    }
}
