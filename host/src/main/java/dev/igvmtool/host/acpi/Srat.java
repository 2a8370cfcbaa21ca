package dev.igvmtool.host.acpi;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;

/** System Resource Affinity Table: which node has what. Specification: ACPI 6.5, section 5.2.16. */
public final class Srat {
    private static final int REVISION = 3;
    private static final int RESERVED_ONE = 1;

    private final ByteWriter table =
            AcpiTable.start("SRAT", REVISION).u32(RESERVED_ONE).u64(0);

    /** A processor, by its APIC id as an unsigned number. */
    public Srat processor(int apicId, int node) {
        long id = Integer.toUnsignedLong(apicId);
        if (id <= AcpiTable.MAX_XAPIC_ID) {
            table.u8(0)
                    .u8(16)
                    .u8(node & 0xff)
                    .u8((int) id)
                    .u32(AcpiTable.ENABLED)
                    .u8(0);
            table.u8(node >>> 8 & 0xff).u16(node >>> 16).u32(0);
        } else {
            table.u8(2).u8(24).u16(0).u32(node).u32(id);
            table.u32(AcpiTable.ENABLED).u32(0).u32(0);
        }
        return this;
    }

    /** A range of RAM. */
    public Srat memory(GpaRange range, int node) {
        table.u8(1).u8(40).u32(node).u16(0);
        table.u64(range.start()).u64(range.size());
        table.u32(0).u32(AcpiTable.ENABLED).u64(0);
        return this;
    }

    /** The table. */
    public Bytes toBytes() {
        return AcpiTable.finish(table);
    }
}
